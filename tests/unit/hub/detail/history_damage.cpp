// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/logged_event_fault.hpp>
#include <tidings/hub/detail/restored_history.hpp>

#include "history_steps.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::event;
using tidings::log_tail;
using tidings::logged_event;
using tidings::topic_options;
using tidings::detail::fault_of;
using tidings::detail::gap;
using tidings::detail::restoring;

namespace {

using wall_clock = std::chrono::system_clock;

logged_event numbered(std::uint64_t number)
{
    return {.number = number,
            .own_id = {},
            .key = {},
            .text = "id: life-" + std::to_string(number) + "\ndata: x\n\n",
            .published = {}};
}

log_tail tail_of(std::vector<std::uint64_t> const& numbers, std::uint64_t next)
{
    log_tail tail{.epoch = "life", .next_number = next, .events = {}};
    for (auto const number : numbers)
        tail.events.push_back(numbered(number));
    return tail;
}

/// A history as a log gives it.
class restored : public numbered_history
{
public:
    explicit restored(log_tail tail)
        : numbered_history(defaults()),
          came_of_it(tidings::detail::restore(*this, tail, start, wall_clock::now()))
    {
        newest = tail.next_number - 1;
    }

    restoring came_of_it;

private:
    static topic_options const& defaults()
    {
        static topic_options const options;
        return options;
    }
};

} // namespace

// Every form that the encoder makes is one event; nothing else is.
TEST_CASE("the text of an event from a log")
{
    auto const fault_of_text = [](std::string const& body) {
        logged_event value = numbered(7);
        value.text = "id: life-7\n" + body;
        return fault_of(value, "life");
    };
    for (auto const* good : {"\n", "data:\n\n", "data: a\ndata: b\n\n", "event: t\ndata: a\nretry: 5\n\n",
                             "event:\n\n", "retry: 0\n\n", "data:  a: b\n\n", "data: caf\xc3\xa9\n\n"})
        CHECK(fault_of_text(good).empty());
    for (auto const* bad :
         {"", "data: a", "data: a\n", "data: a\n\n\n", "data: a\n\ndata: b\n\n", "data: a\nid: x\n\n",
          "data: a\revent: b\n\n", "data: a\xff\n\n", "event: a\nevent: b\n\n", "data: a\nevent: b\n\n",
          "retry: x\n\n", "retry: 5\nretry: 6\n\n", ": comment\n\n", "dataa\n\n", "data:a\n\n"})
        CHECK_FALSE(fault_of_text(bad).empty());
}

// An id is the event's own, and one that could have been published.
TEST_CASE("the id of an event from a log")
{
    auto const fault = [](std::string const& own_id, std::string const& id_line) {
        logged_event value = numbered(7);
        value.own_id = own_id;
        value.text = "id: " + id_line + "\ndata: x\n\n";
        return fault_of(value, "life");
    };
    CHECK(fault("", "life-7").empty());
    CHECK(fault("own", "own").empty());
    for (auto const& [own_id, line] :
         std::vector<std::pair<std::string, std::string>>{{"", "life-8"},
                                                          {"", "other-7"},
                                                          {"own", "life-7"},
                                                          {"a\nid: b", "a\nid: b"},
                                                          {"a ", "a "},
                                                          {"life-9", "life-9"},
                                                          {std::string(256, 'x'), std::string(256, 'x')},
                                                          {"a;finished", "a;finished"}})
        CHECK_FALSE(fault(own_id, line).empty());
    CHECK_FALSE(fault_of(numbered(0), "life").empty());
    CHECK_FALSE(fault_of(numbered(std::uint64_t(1) << 53), "life").empty());
}

// A log gives back what was there: numbers, ids, keys and ages.
TEST_CASE("a history is restored from a log")
{
    topic_options options;
    options.history_age = 1min;
    auto const wall = wall_clock::now();
    log_tail tail{.epoch = "life", .next_number = 9, .events = {}};
    tail.events = {
        {.number = 3, .own_id = {}, .key = {}, .text = "id: life-3\ndata: old\n\n", .published = wall - 2min},
        {.number = 4, .own_id = {}, .key = "k", .text = "id: life-4\ndata: a\n\n", .published = wall},
        {.number = 5, .own_id = "own", .key = "k", .text = "id: own\ndata: b\n\n", .published = wall - 5s}};
    auto const now = start + 1h;
    numbered_history kept(options);
    kept.newest = 8;
    auto const came_of_it = tidings::detail::restore(kept, tail, now, wall);
    CHECK(came_of_it.superseded == std::vector<std::uint64_t>{4});
    CHECK(came_of_it.unreadable == 0);
    CHECK(came_of_it.kept_from == 5);
    CHECK(kept.superseded() == 0);
    CHECK(kept.texts(1) == std::vector<std::string>{"id: own\ndata: b\n\n"});
    CHECK(kept.ids().find("own") == 5);
    CHECK(kept.behind(5).next == kept.end());
    CHECK(kept.texts(kept.behind(3).next).size() == 1);
    CHECK(kept.behind(8).missing == gap::none);
    CHECK(kept.behind(2).missing == gap::evicted);
    CHECK(kept.behind(9).missing == gap::unknown_id);
    CHECK(kept.add_event({.data = "c"}, now, "k") == "life-9");
    CHECK(kept.superseded() == 1);
    CHECK_THROWS_AS(kept.add_event({.id = "own", .data = "x"}), std::invalid_argument);
}

// What a damaged file gives is left out, and never published as if nothing were missing: who comes back from
// before it is told.
TEST_CASE("damaged events are left out")
{
    log_tail tail = tail_of({3, 4, 5, 6}, 7);
    tail.events[1].text = "data: x\n\n";
    restored kept(tail);
    CHECK(kept.came_of_it.unreadable == 1);
    CHECK(kept.came_of_it.first_fault == "number 4: its text begins with another id than its own");
    CHECK(kept.texts(1).size() == 2);
    CHECK(kept.behind(3).missing == gap::evicted);
    CHECK(kept.behind(4).missing == gap::none);
    CHECK(kept.add_event({.data = "x"}) == "life-7");
}

// A number that cannot be was another one, and nobody knows which.
TEST_CASE("damaged numbers")
{
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
    for (std::vector<std::uint64_t> const& numbers : {std::vector<std::uint64_t>{3, largest},
                                                      {3, 3},
                                                      {4, 3},
                                                      {0, 3},
                                                      {3, 7},
                                                      {3, std::uint64_t(1) << 63}}) {
        restored kept(tail_of(numbers, 7));
        CHECK(kept.came_of_it.unreadable == 1);
        CHECK(kept.behind(3).missing == gap::evicted);
        CHECK(kept.behind(6).missing == gap::none);
        CHECK(kept.add_event({.data = "x"}) == "life-7");
    }
}

// A topic whose life is damaged cannot go on: it would give numbers twice, or ids that it refuses.
TEST_CASE("a damaged life of a topic")
{
    for (auto const next :
         {std::uint64_t(0), std::uint64_t(1) << 53, std::numeric_limits<std::uint64_t>::max()})
        CHECK_THROWS_AS(restored(tail_of({}, next)), std::runtime_error);
    for (auto const& epoch : {std::string(), std::string("a b"), std::string("a\nb"), std::string(65, 'x')}) {
        log_tail tail = tail_of({}, 1);
        tail.epoch = epoch;
        CHECK_THROWS_AS(restored(tail), std::runtime_error);
    }
}

// Times from a file may be anything.
TEST_CASE("damaged times")
{
    for (auto const published : {wall_clock::time_point::min(), wall_clock::time_point::max()}) {
        log_tail tail = tail_of({3, 4}, 5);
        tail.events[0].published = published;
        CHECK(restored(tail).count() == 2);
    }
}

// At the end of the numbers nothing is given out twice: nobody gets the event.
TEST_CASE("all numbers have been given out")
{
    restored kept(tail_of({}, (std::uint64_t(1) << 53) - 1));
    CHECK(kept.add_event({.data = "last"}) == "life-9007199254740991");
    CHECK(kept.behind(kept.newest).missing == gap::none);
    CHECK_THROWS_AS(kept.add_event({.data = "x"}), std::length_error);
    CHECK(kept.count() == 1);
}
