// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/restoring.hpp>

#include "history_steps.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::event;
using tidings::stored_event;
using tidings::topic_options;
using tidings::topic_store;
using tidings::detail::fault_of;
using tidings::detail::gap;
using tidings::detail::restoring;

namespace {

using wall_clock = std::chrono::system_clock;

stored_event numbered(std::uint64_t number)
{
    return {.number = number, .text = "data: x\n\n"};
}

std::vector<stored_event> events_of(std::vector<std::uint64_t> const& numbers)
{
    std::vector<stored_event> events;
    for (auto const number : numbers)
        events.push_back(numbered(number));
    return events;
}

/// A history as a store gives it in one page.
class restored : public numbered_history
{
public:
    restored(std::vector<stored_event> events, std::uint64_t through, std::uint64_t lost = 0)
        : numbered_history(defaults())
    {
        by.emplace("life", through);
        by->add(by->take({.events = std::move(events), .lost = lost}, start, wall_clock::now()), *this);
        by->finish(*this, start);
        newest = through;
    }

    std::optional<restoring> by;

private:
    static topic_options const& defaults()
    {
        static topic_options const options;
        return options;
    }
};

} // namespace

// Every form that the encoder makes is one event; nothing else is.
TEST_CASE("the text of an event from a store")
{
    auto const fault_of_text = [](std::string const& text) {
        stored_event value = numbered(7);
        value.text = text;
        return fault_of(value, "life");
    };
    for (auto const* good : {"\n", "data:\n\n", "data: a\ndata: b\n\n", "event: t\ndata: a\nretry: 5\n\n",
                             "event:\n\n", "retry: 0\n\n", "data:  a: b\n\n", "data: caf\xc3\xa9\n\n"})
        CHECK(fault_of_text(good).empty());
    for (auto const* bad :
         {"", "data: a", "data: a\n", "data: a\n\n\n", "data: a\n\ndata: b\n\n", "data: a\nid: x\n\n",
          "id: life-7\ndata: a\n\n", "data: a\revent: b\n\n", "data: a\xff\n\n", "event: a\nevent: b\n\n",
          "data: a\nevent: b\n\n", "retry: x\n\n", "retry: 5\nretry: 6\n\n", ": comment\n\n", "dataa\n\n",
          "data:a\n\n"})
        CHECK_FALSE(fault_of_text(bad).empty());
}

// An id is one that could have been published, and so is a number.
TEST_CASE("the id of an event from a store")
{
    auto const fault = [](std::string const& own_id) {
        stored_event value = numbered(7);
        value.own_id = own_id;
        return fault_of(value, "life");
    };
    CHECK(fault("").empty());
    CHECK(fault("own").empty());
    for (std::string const& each : {std::string("a\nid: b"), std::string("a "), std::string("life-9"),
                                    std::string(256, 'x'), std::string("a;finished"), std::string("caf\xe9")})
        CHECK_FALSE(fault(each).empty());
    CHECK_FALSE(fault_of(numbered(0), "life").empty());
    CHECK_FALSE(fault_of(numbered(std::uint64_t(1) << 53), "life").empty());
}

// A store gives back what was there, page by page: numbers, ids, keys and ages.
TEST_CASE("a history is restored from a store")
{
    topic_options options;
    options.history_age = 1min;
    auto const wall = wall_clock::now();
    auto const now = start + 1h;
    numbered_history kept(options);
    kept.newest = 8;
    restoring by("life", 8);
    by.add(by.take({.events = {{.number = 3, .text = "data: old\n\n", .published = wall - 2min},
                               {.number = 4, .key = "k", .text = "data: a\n\n", .published = wall}},
                    .is_last = false},
                   now, wall),
           kept);
    CHECK(by.after() == 4);
    by.add(
        by.take(
            {.events =
                 {{.number = 5, .own_id = "own", .key = "k", .text = "data: b\n\n", .published = wall - 5s}}},
            now, wall),
        kept);
    by.finish(kept, now);
    CHECK(by.superseded == std::vector<std::uint64_t>{4});
    CHECK(by.unreadable == 0);
    CHECK(by.kept_from == 5);
    CHECK(kept.texts(1) == std::vector<std::string>{"id: own\ndata: b\n\n"});
    CHECK(kept.ids().find("own") == 5);
    CHECK(kept.behind(5).next == kept.end());
    CHECK(kept.texts(kept.behind(3).next).size() == 1);
    CHECK(kept.behind(8).missing == gap::none);
    CHECK(kept.behind(2).missing == gap::evicted);
    CHECK(kept.behind(9).missing == gap::unknown_id);
    CHECK(kept.add_event({.data = "c"}, now, "k") == "life-9");
    CHECK(kept.replaced == 5);
    CHECK_THROWS_AS(kept.add_event({.id = "own", .data = "x"}), std::invalid_argument);
}

// An id of the order that is older than the topic's first event misses nothing, unless something is gone.
TEST_CASE("who comes back from before the first event of a store")
{
    CHECK(restored(events_of({5, 6}), 6).behind(2).missing == gap::none);
    CHECK(restored(events_of({5, 6}), 6, 3).behind(2).missing == gap::evicted);
    CHECK(restored(events_of({5, 6}), 6, 3).behind(3).missing == gap::none);
    CHECK(restored({}, 6, 6).behind(5).missing == gap::evicted);
    CHECK(restored({}, 6, 6).behind(6).missing == gap::none);
}

// What a damaged file gives is left out, and never published as if nothing were missing: who comes back from
// before it is told.
TEST_CASE("damaged events are left out")
{
    auto events = events_of({3, 4, 5, 6});
    events[1].text = "data: x";
    restored kept(events, 6);
    CHECK(kept.by->unreadable == 1);
    CHECK(kept.by->first_fault == "number 4: its text is not that of one event");
    CHECK(kept.texts(1).size() == 2);
    CHECK(kept.behind(3).missing == gap::evicted);
    CHECK(kept.behind(4).missing == gap::none);
    CHECK(kept.add_event({.data = "x"}) == "life-7");
}

// Of two events with one id the second is none that could have been published.
TEST_CASE("an id twice in a store")
{
    auto events = events_of({3, 4});
    events[0].own_id = events[1].own_id = "own";
    restored kept(events, 4);
    CHECK(kept.by->first_fault == "number 4: it has the id of another event");
    CHECK(kept.behind(4).missing == gap::none);
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
        restored kept(events_of(numbers), 6);
        CHECK(kept.by->unreadable == 1);
        CHECK(kept.behind(3).missing == gap::evicted);
        CHECK(kept.behind(6).missing == gap::none);
        CHECK(kept.add_event({.data = "x"}) == "life-7");
    }
}

// Times from a file may be anything.
TEST_CASE("damaged times")
{
    for (auto const published : {wall_clock::time_point::min(), wall_clock::time_point::max()}) {
        auto events = events_of({3, 4});
        events[0].published = published;
        CHECK(restored(events, 4).count() == 2);
    }
}

// At the end of the numbers nothing is given out twice: nobody gets the event.
TEST_CASE("all numbers have been given out")
{
    restored kept({}, (std::uint64_t(1) << 53) - 2);
    CHECK(kept.add_event({.data = "last"}) == "life-9007199254740991");
    CHECK(kept.behind(kept.newest).missing == gap::none);
    CHECK_THROWS_AS(kept.add_event({.data = "x"}), std::length_error);
    CHECK(kept.count() == 1);
}
