// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/history.hpp>

#include "history_steps.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::event;
using tidings::topic_options;
using tidings::detail::gap;

// Events are kept as wire text, under the id of their number.
TEST_CASE("a history keeps events")
{
    topic_options const options;
    numbered_history kept(options);
    CHECK(kept.newest_number() == 0);
    CHECK(kept.add_event({.data = "a"}) == "life-1");
    CHECK(kept.add_event({.data = "b"}) == "life-2");
    CHECK(kept.newest_number() == 2);
    CHECK(kept.oldest_number() == 1);
    CHECK(kept.texts(1) == std::vector<std::string>{"id: life-1\ndata: a\n\n", "id: life-2\ndata: b\n\n"});
    CHECK(kept.texts(3).empty());
}

// Other topics take numbers of the same order in between: places are dense all the same, and every number
// leads to what comes behind it.
TEST_CASE("a history in an order that it shares")
{
    topic_options options;
    options.max_events = 2;
    numbered_history kept(options);
    for (auto const number : {4, 9, 17}) {
        kept.newest = static_cast<std::uint64_t>(number) - 1;
        kept.add_event({.data = "x"});
    }
    kept.newest = 30;
    CHECK(kept.end() == 4);
    CHECK(kept.begin() == 2);
    CHECK(kept.behind(3).missing == gap::evicted);
    CHECK(kept.behind(4).next == 2);
    CHECK(kept.behind(8).next == 2);
    CHECK(kept.behind(9).next == 3);
    CHECK(kept.behind(30).next == 4);
    CHECK(kept.behind(31).missing == gap::unknown_id);
    CHECK(kept.behind(kept.number_before(1, kept.newest)).missing == gap::evicted);
    CHECK(kept.number_before(2, kept.newest) == 8);
    CHECK(kept.number_before(3, kept.newest) == 16);
    CHECK(kept.number_before(4, kept.newest) == 30);
}

// A topic that was forgotten and is made again knows up to where its events may be lost.
TEST_CASE("a history behind one that was forgotten")
{
    topic_options const options;
    numbered_history kept(options);
    kept.newest = 20;
    kept.lose_up_to(10);
    CHECK(kept.behind(9).missing == gap::evicted);
    CHECK(kept.behind(10).missing == gap::none);
    CHECK(kept.newest_number() == 10);
    kept.add_event({.data = "x"});
    CHECK(kept.behind(10).next == 1);
    CHECK(kept.behind(21).next == 2);
}

// The bounds hold together, and the newest event stays whatever they say.
TEST_CASE("a history is bounded by count, bytes and age")
{
    topic_options options;
    options.max_events = 3;
    options.history_bytes = 100;
    options.history_age = 1min;
    numbered_history kept(options);
    for (int i = 0; i < 10; ++i)
        kept.add_event({.data = "x"});
    CHECK(kept.count() == 3);
    std::string const large(58, 'y');
    kept.add_event({.data = large});
    CHECK(kept.count() == 2); // 21 + 78 bytes of text
    std::string const huge(1'000, 'z');
    kept.add_event({.data = huge});
    CHECK(kept.count() == 1);
    kept.add_event({.data = "late"}, start + 30s);
    kept.forget_old(start + 61s, nothing_needed);
    CHECK(kept.count() == 1);
    kept.forget_old(start + 1h, nothing_needed);
    CHECK(kept.count() == 1);
    CHECK(kept.oldest_number() == 13);
}

// A publisher's own id is used as it is, resumes like any other, and cannot come twice.
TEST_CASE("own ids")
{
    topic_options options;
    options.max_events = 2;
    numbered_history kept(options);
    CHECK(kept.add_event({.id = "order 7", .data = "a"}) == "order 7");
    CHECK_THROWS_AS(kept.add_event({.id = "order 7", .data = "b"}), std::invalid_argument);
    CHECK(kept.end() == 2);
    CHECK(kept.newest_own_id() == "order 7");
    CHECK(kept.ids().find("order 7") == 1);
    CHECK(kept.add_event({.data = "c"}) == "life-2");
    CHECK(kept.newest_own_id().empty());
    kept.add_event({.data = "d"});
    CHECK(kept.behind(*kept.ids().find("order 7")).next == 2); // nothing behind it is gone
    kept.add_event({.data = "e"});
    CHECK(kept.behind(*kept.ids().find("order 7")).missing == gap::evicted);
}

// As many past ones are remembered as events are kept.
TEST_CASE("own ids lead back like numbers")
{
    topic_options options;
    options.max_events = 2;
    numbered_history kept(options);
    for (auto const* id : {"a", "b", "c", "d"})
        kept.add_event({.id = id, .data = "x"});
    CHECK(kept.begin() == 3);
    CHECK(kept.behind(*kept.ids().find("b")).next == 3);
    CHECK(kept.behind(*kept.ids().find("a")).missing == gap::evicted);
    CHECK_THROWS_AS(kept.add_event({.id = "a", .data = "x"}), std::invalid_argument);
    kept.add_event({.id = "e", .data = "x"});
    CHECK_FALSE(kept.ids().find("a"));
}

// What followers need stays: then there is no room.
TEST_CASE("room for more events")
{
    topic_options options;
    options.max_events = 2;
    options.history_bytes = 1'000;
    numbered_history kept(options);
    kept.add_event({.data = "1"});
    kept.add_event({.data = "2"});
    CHECK_FALSE(kept.has_room(1, 20, 1));
    CHECK(kept.has_room(1, 20, 2));
    CHECK_FALSE(kept.has_room(2, 40, 2));
    CHECK(kept.has_room(2, 40, nothing_needed));
    CHECK_FALSE(kept.has_room(1, 2'000, 2));
    CHECK(kept.has_room(1, 2'000, 3));                    // alone it is kept whatever the limit
    CHECK_FALSE(kept.has_room(2, 2'020, 3));              // one of the two would push out the other
    CHECK_FALSE(kept.has_room(2, 2'020, nothing_needed)); // a follower may come before they are kept
}
