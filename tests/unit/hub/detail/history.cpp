// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/history.hpp>

#include "history_steps.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::event;
using tidings::time_point;
using tidings::topic_options;
using tidings::detail::gap;
using tidings::detail::history;

// Events are numbered from 1, under the epoch, and kept as wire text.
TEST_CASE("a history numbers its events")
{
    topic_options const options;
    history kept(options, "life");
    CHECK(kept.position() == "life-0");
    CHECK(add(kept, event{.data = "a"}) == "life-1");
    CHECK(add(kept, event{.data = "b"}) == "life-2");
    CHECK(kept.position() == "life-2");
    CHECK(kept.oldest() == "life-1");
    CHECK(texts_from(kept, 1) ==
          std::vector<std::string>{"id: life-1\ndata: a\n\n", "id: life-2\ndata: b\n\n"});
    CHECK(texts_from(kept, 3).empty());
}

// The bounds hold together, and the newest event stays whatever they say.
TEST_CASE("a history is bounded by count, bytes and age")
{
    topic_options options;
    options.max_events = 3;
    options.history_bytes = 100;
    options.history_age = 1min;
    history kept(options, "life");
    for (int i = 0; i < 10; ++i)
        add(kept, event{.data = "x"});
    CHECK(kept.end() - kept.begin() == 3);
    std::string const large(58, 'y');
    add(kept, event{.data = large});
    CHECK(kept.end() - kept.begin() == 2); // 21 + 78 bytes of text
    std::string const huge(1'000, 'z');
    add(kept, event{.data = huge});
    CHECK(kept.end() - kept.begin() == 1);
    add(kept, event{.data = "late"}, start + 30s);
    kept.forget_old(start + 61s, nothing_needed);
    CHECK(kept.end() - kept.begin() == 1);
    kept.forget_old(start + 1h, nothing_needed);
    CHECK(kept.end() - kept.begin() == 1);
    CHECK(kept.oldest() == "life-13");
}

// A publisher's own id is used as it is, resumes like any other, and cannot come twice.
TEST_CASE("own ids")
{
    topic_options options;
    options.max_events = 2;
    history kept(options, "life");
    CHECK(add(kept, event{.id = "order 7", .data = "a"}) == "order 7");
    CHECK_THROWS_AS(add(kept, event{.id = "order 7", .data = "b"}), std::invalid_argument);
    CHECK(kept.end() == 2);
    CHECK(kept.position() == "order 7");
    CHECK(kept.oldest() == "order 7");
    CHECK(kept.find_after("order 7").next == 2);
    CHECK(add(kept, event{.data = "c"}) == "life-2");
    CHECK(kept.find_after("order 7").next == 2);
    add(kept, event{.data = "d"});
    CHECK(kept.find_after("order 7").next == 2); // nothing behind it is gone
    add(kept, event{.data = "e"});
    CHECK(kept.find_after("order 7").missing == gap::evicted);
}

// Its client would never be answered again.
TEST_CASE("an own id that says that its stream is finished")
{
    topic_options const options;
    history kept(options, "life");
    CHECK_THROWS_AS(add(kept, event{.id = "order 7;finished", .data = "a"}), std::invalid_argument);
    CHECK(kept.drafts() == 0);
    CHECK(add(kept, event{.id = "order 7", .data = "a"}) == "order 7");
}

// What cannot be sent leaves the history as it was.
TEST_CASE("an event that cannot be sent is not kept")
{
    topic_options const options;
    history kept(options, "life");
    CHECK_THROWS_AS(add(kept, event{.id = "a\nb", .data = "x"}), std::invalid_argument);
    CHECK_THROWS_AS(add(kept, event{.data = "\xff"}), std::invalid_argument);
    CHECK(kept.end() == 1);
    CHECK(kept.position() == "life-0");
}

// A log gives back what was there: numbers, ids, keys and ages.
TEST_CASE("a history is restored from a log")
{
    topic_options options;
    options.history_age = 1min;
    auto const wall = std::chrono::system_clock::now();
    tidings::log_tail tail{.epoch = "life", .next_number = 9, .events = {}};
    tail.events.push_back({.number = 3,
                           .own_id = {},
                           .key = {},
                           .text = "id: life-3\ndata: old\n\n",
                           .published = wall - 2min});
    tail.events.push_back(
        {.number = 5, .own_id = "own", .key = "k", .text = "id: own\ndata: b\n\n", .published = wall - 5s});
    tail.events.insert(
        tail.events.begin() + 1,
        {.number = 4, .own_id = {}, .key = "k", .text = "id: life-4\ndata: a\n\n", .published = wall});
    time_point const now = start + 1h;
    history::restoring came_of_it;
    history kept(options, std::move(tail), now, wall, came_of_it);
    CHECK(came_of_it.superseded == std::vector<std::uint64_t>{4});
    CHECK(came_of_it.unreadable == 0);
    CHECK(kept.superseded() == 0);
    CHECK(texts_from(kept, 1) == std::vector<std::string>{"id: own\ndata: b\n\n"});
    CHECK(kept.find_after("own").next == 6);
    CHECK(kept.find_after("life-3").next == 4);
    CHECK(kept.find_after("life-8").next == 9);
    CHECK(kept.find_after("life-2").missing == gap::evicted);
    CHECK(kept.find_after("life-9").missing == gap::unknown_id);
    CHECK(add(kept, event{.data = "c"}, now, "k") == "life-9");
    CHECK(kept.superseded() == 1);
    CHECK_THROWS_AS(kept.prepare(event{.id = "own"}, {}), std::invalid_argument);
}
