// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/history.hpp>

#include "history_steps.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>

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

// Comments that are gone are no loss, and no events.
TEST_CASE("comments make no place old")
{
    topic_options options;
    options.max_events = 3;
    history kept(options, "life");
    add(kept, event{.id = "own", .data = "a"});
    for (int i = 0; i < 10; ++i)
        comment(kept);
    CHECK(kept.evicted() == 1);
    CHECK(kept.begin() == 2);
    CHECK(kept.find_after("life-1").missing == gap::none);
    CHECK(kept.find_after("life-0").missing == gap::evicted);
    CHECK(kept.position() == "own");
    CHECK(kept.find_after("own").missing == gap::none);
    CHECK(kept.oldest().empty());
    CHECK(kept.find(tidings::from_last(1)).next == kept.end());
    CHECK(add(kept, event{.data = "b"}) == "life-12");
    comment(kept);
    CHECK(kept.oldest() == "life-12");
    CHECK(kept.find(tidings::from_last(1)).next == 12);
    CHECK(kept.find(tidings::from_last(2)).next == 12);
    CHECK(kept.find_after("life-1").missing == gap::none);
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
