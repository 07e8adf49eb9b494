// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/history.hpp>

#include "history_steps.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace tidings::test;
using tidings::event;
using tidings::topic_options;
using tidings::detail::gap;
using tidings::detail::history;

// An id that was given out leads to what came after it; the id of the newest event, to nothing yet.
TEST_CASE("a client resumes behind its id")
{
    topic_options const options;
    history kept(options, "life");
    for (int i = 0; i < 5; ++i)
        add(kept, event{.data = "x"});
    CHECK(kept.find_after("life-0").next == 1);
    CHECK(kept.find_after("life-3").next == 4);
    CHECK(kept.find_after("life-5").next == kept.end());
    CHECK(kept.find_after("life-5").missing == gap::none);
    CHECK(kept.find(tidings::from_id("life-4")).next == 5);
}

// Every cause of a gap is told apart, and leads to the events that come from now on.
TEST_CASE("what cannot be resumed is a gap with a reason")
{
    topic_options options;
    options.max_events = 2;
    history kept(options, "life");
    for (int i = 0; i < 5; ++i)
        add(kept, event{.data = "x"});
    auto const check = [&](std::string_view id, gap expected) {
        auto const place = kept.find_after(id);
        CHECK(place.missing == expected);
        if (expected != gap::none)
            CHECK(place.next == kept.end());
    };
    check("life-3", gap::none);
    check("life-2", gap::evicted);
    check("life-0", gap::evicted);
    check("kind-3", gap::restarted);
    for (auto const* unknown : {"life-6", "life-", "life", "", "-", "life-3x", "life--3", "other-life-3",
                                "life-99999999999999999999"})
        check(unknown, gap::unknown_id);
}

// Comments take no event's place: the history is as long as it was, however many there are.
TEST_CASE("comments push no event out")
{
    topic_options options;
    options.max_events = 2;
    options.history_bytes = 100;
    history kept(options, "life");
    add(kept, event{.id = "own", .data = "a"});
    add(kept, event{.data = "b"});
    auto const bytes = kept.bytes();
    for (int i = 0; i < 100; ++i) {
        comment(kept);
        REQUIRE(kept.slots() <= 2 + 2 + 64);
    }
    CHECK(kept.evicted() == 0);
    CHECK(kept.count() == 2);
    CHECK(kept.bytes() == bytes);
    CHECK(kept.begin() == 1);
    CHECK(kept.find_after("life-0").missing == gap::none);
    CHECK(kept.find_after("own").missing == gap::none);
    CHECK(kept.position() == "life-2");
    CHECK(kept.oldest() == "own");
    CHECK(kept.find(tidings::from_last(1)).next == 2);
    CHECK(add(kept, event{.data = "c"}) == "life-103");
    CHECK(kept.find(tidings::from_last(1)).next == 103);
}

// Among the events they stay in order, the newest of them, until all who follow have them.
TEST_CASE("comments stay for those who follow")
{
    topic_options options;
    options.max_events = 2;
    history kept(options, "life");
    comment(kept);
    add(kept, event{.data = "a"});
    comment(kept);
    CHECK(texts_from(kept, 1) ==
          std::vector<std::string>{": beat\n\n", "id: life-2\ndata: a\n\n", ": beat\n\n"});
    comment(kept);
    CHECK(texts_from(kept, 1) ==
          std::vector<std::string>{"id: life-2\ndata: a\n\n", ": beat\n\n", ": beat\n\n"});
    kept.forget_unnamed(4);
    CHECK(texts_from(kept, 1) == std::vector<std::string>{"id: life-2\ndata: a\n\n", ": beat\n\n"});
    kept.forget_unnamed(nothing_needed);
    CHECK(texts_from(kept, 1) == std::vector<std::string>{"id: life-2\ndata: a\n\n"});
    CHECK_FALSE(kept.has_unnamed());
}

// The number of a comment is not one that a log knows; that of the event before it is.
TEST_CASE("places among comments by numbers that a log knows")
{
    topic_options options;
    options.max_events = 4;
    history kept(options, "life");
    CHECK(kept.logged_id_text(0) == "life-0");
    comment(kept);
    CHECK(kept.logged_id_text(1) == "life-0");
    add(kept, event{.data = "a"});
    comment(kept);
    add(kept, event{.data = "b"});
    comment(kept);
    CHECK(kept.logged_id_text(1) == "life-0");
    CHECK(kept.logged_id_text(2) == "life-2");
    CHECK(kept.logged_id_text(3) == "life-2");
    CHECK(kept.logged_id_text(4) == "life-4");
    CHECK(kept.logged_id_text(5) == "life-4");
    for (int i = 0; i < 4; ++i)
        comment(kept);
    CHECK(kept.logged_id_text(9) == "life-4");
    for (int i = 0; i < 4; ++i)
        add(kept, event{.data = "c"});
    CHECK(kept.logged_id_text(9) == "life-4"); // the event itself is gone
    CHECK(kept.logged_id_text(1) == "life-1"); // so old that the log is above it
}

TEST_CASE("start positions")
{
    topic_options const options;
    history kept(options, "life");
    CHECK(kept.find(tidings::from_oldest()).next == 1);
    CHECK(kept.find(tidings::from_last(5)).next == 1);
    for (int i = 0; i < 5; ++i)
        add(kept, event{.data = "x"});
    CHECK(kept.find(tidings::from_newest()).next == 6);
    CHECK(kept.find(tidings::from_oldest()).next == 1);
    CHECK(kept.find(tidings::from_last(2)).next == 4);
    CHECK(kept.find(tidings::from_last(50)).next == 1);
}

// An id of the publisher's leads to the same place as a number: as long as nothing behind its event is gone,
// whether or not the event itself is.
TEST_CASE("own ids lead back like numbers")
{
    topic_options options;
    options.max_events = 2;
    history kept(options, "life");
    for (auto const* id : {"a", "b", "c", "d"})
        add(kept, event{.id = id, .data = "x"});
    CHECK(kept.begin() == 3);
    CHECK(kept.find_after("b").missing == gap::none);
    CHECK(kept.find_after("b").next == 3);
    CHECK(kept.find_after("a").missing == gap::evicted);
    CHECK(kept.recognizes("a"));
    CHECK_THROWS_AS(kept.prepare(event{.id = "a", .data = "x"}, {}), std::invalid_argument);
    add(kept, event{.id = "e", .data = "x"});
    CHECK(kept.find_after("a").missing == gap::unknown_id); // so many are remembered as events are kept
}

// A topic that has had no event is the same to clients when it is made again, as long as it had none in
// between; any other place of an earlier life is lost with it.
TEST_CASE("places in an earlier life of a topic")
{
    using tidings::detail::make_epoch;
    topic_options const options;
    std::string const family = "abcde";
    history kept(options, make_epoch(family, 40), 20);
    add(kept, event{.data = "x"});
    CHECK(kept.find_after(make_epoch(family, 30) + "-0").missing == gap::none);
    CHECK(kept.find_after(make_epoch(family, 30) + "-0").next == 1);
    CHECK(kept.find_after(make_epoch(family, 20) + "-0").missing == gap::none);
    CHECK(kept.find_after(make_epoch(family, 19) + "-0").missing == gap::evicted);
    CHECK(kept.find_after(make_epoch(family, 41) + "-0").missing == gap::evicted);
    CHECK(kept.find_after(make_epoch(family, 30) + "-1").missing == gap::evicted);
    CHECK(kept.find_after(make_epoch("vwxyz", 30) + "-0").missing != gap::none);
    CHECK(kept.find_after(make_epoch("vvvvv", 30) + "-0").missing == gap::restarted);
}
