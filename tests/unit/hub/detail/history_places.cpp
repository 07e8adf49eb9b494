// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/history.hpp>

#include "history_steps.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace tidings::test;
using tidings::event;
using tidings::topic_options;
using tidings::detail::gap;

// A number leads to what came after it; that of the newest event, to nothing yet.
TEST_CASE("a client resumes behind its number")
{
    topic_options const options;
    numbered_history kept(options);
    for (int i = 0; i < 5; ++i)
        kept.add_event({.data = "x"});
    CHECK(kept.behind(0).next == 1);
    CHECK(kept.behind(3).next == 4);
    CHECK(kept.behind(5).next == kept.end());
    CHECK(kept.behind(5).missing == gap::none);
}

// Every cause of a gap is told apart, and leads to the events that come from now on.
TEST_CASE("what cannot be resumed is a gap with a reason")
{
    topic_options options;
    options.max_events = 2;
    numbered_history kept(options);
    for (int i = 0; i < 5; ++i)
        kept.add_event({.data = "x"});
    auto const check = [&](std::uint64_t number, gap expected) {
        auto const place = kept.behind(number);
        CHECK(place.missing == expected);
        if (expected != gap::none)
            CHECK(place.next == kept.end());
    };
    check(3, gap::none);
    check(2, gap::evicted);
    check(0, gap::evicted);
    check(6, gap::unknown_id);
}

// Comments take no event's place, and no number: the history is as long as it was, however many there are.
TEST_CASE("comments push no event out")
{
    topic_options options;
    options.max_events = 2;
    options.history_bytes = 100;
    numbered_history kept(options);
    kept.add_event({.id = "own", .data = "a"});
    kept.add_event({.data = "b"});
    auto const bytes = kept.bytes();
    for (int i = 0; i < 100; ++i) {
        kept.comment();
        REQUIRE(kept.slots() <= 2 + 2 + 64);
    }
    CHECK(kept.evicted() == 0);
    CHECK(kept.count() == 2);
    CHECK(kept.bytes() == bytes);
    CHECK(kept.begin() == 1);
    CHECK(kept.behind(0).missing == gap::none);
    CHECK(kept.newest_number() == 2);
    CHECK(kept.oldest_number() == 1);
    CHECK(kept.find(tidings::from_last(1)).next == 2);
    CHECK(kept.add_event({.data = "c"}) == "life-3");
    CHECK(kept.find(tidings::from_last(1)).next == 103);
    CHECK(kept.behind(2).next == 103);
}

// Among the events they stay in order, the newest of them, until all who follow have them.
TEST_CASE("comments stay for those who follow")
{
    topic_options options;
    options.max_events = 2;
    numbered_history kept(options);
    kept.comment();
    kept.add_event({.data = "a"});
    kept.comment();
    std::string const event_text = "id: life-1\ndata: a\n\n";
    CHECK(kept.texts(1) == std::vector<std::string>{": beat\n\n", event_text, ": beat\n\n"});
    kept.comment();
    CHECK(kept.texts(1) == std::vector<std::string>{event_text, ": beat\n\n", ": beat\n\n"});
    kept.forget_comments(4);
    CHECK(kept.texts(1) == std::vector<std::string>{event_text, ": beat\n\n"});
    kept.forget_comments(nothing_needed);
    CHECK(kept.texts(1) == std::vector<std::string>{event_text});
    CHECK_FALSE(kept.has_comments());
}

// A place in front of a comment is behind the event before it: the client has that, and gets it once.
TEST_CASE("numbers of places among comments")
{
    topic_options const options;
    numbered_history kept(options);
    kept.add_event({.data = "a"});
    kept.comment();
    kept.add_event({.data = "b"});
    kept.comment();
    CHECK(kept.number_before(1, kept.newest) == 0);
    CHECK(kept.number_before(2, kept.newest) == 1);
    CHECK(kept.number_before(3, kept.newest) == 1);
    CHECK(kept.number_before(4, kept.newest) == 2);
    CHECK(kept.number_before(5, kept.newest) == 2);
}

TEST_CASE("start positions")
{
    topic_options const options;
    numbered_history kept(options);
    CHECK(kept.find(tidings::from_oldest()).next == 1);
    CHECK(kept.find(tidings::from_last(5)).next == 1);
    for (int i = 0; i < 5; ++i)
        kept.add_event({.data = "x"});
    CHECK(kept.find(tidings::from_newest()).next == 6);
    CHECK(kept.find(tidings::from_oldest()).next == 1);
    CHECK(kept.find(tidings::from_last(2)).next == 4);
    CHECK(kept.find(tidings::from_last(50)).next == 1);
}
