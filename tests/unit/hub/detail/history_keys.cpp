// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/history.hpp>

#include "history_steps.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tidings::test;
using tidings::event;
using tidings::topic_options;
using tidings::detail::gap;

// With a key an event takes the place of the one before it; the others keep theirs.
TEST_CASE("only the newest event of a key is kept")
{
    topic_options options;
    options.max_events = 3;
    numbered_history kept(options);
    kept.add_event({.data = "a1"}, start, "a");
    kept.add_event({.data = "b1"}, start, "b");
    kept.add_event({.data = "a2"}, start, "a");
    CHECK(kept.texts(1) == std::vector<std::string>{"id: life-2\ndata: b1\n\n", "id: life-3\ndata: a2\n\n"});
    CHECK(kept.count() == 2);
    CHECK(kept.replaced == 1);
    CHECK(kept.begin() == 1); // who has nothing yet has lost nothing
    CHECK(kept.behind(1).missing == gap::none);
    kept.add_event({.data = "c1"}, start, "c");
    CHECK(kept.evicted() == 0);
    kept.add_event({.data = "d1"}, start, "d");
    CHECK(kept.evicted() == 1);
    CHECK(kept.behind(1).missing == gap::evicted);
    CHECK(kept.behind(2).missing == gap::none);
    kept.add_event({.data = "b2"}, start, "b"); // its first was evicted, so nothing is superseded
    CHECK_FALSE(kept.replaced);
}

// A client whose event was replaced comes back by its id, whoever gave it.
TEST_CASE("the own id of a superseded event leads back")
{
    topic_options options;
    options.max_events = 200;
    numbered_history kept(options);
    kept.add_event({.id = "still", .data = "s"}, start, "still");
    for (int i = 1; i <= 150; ++i)
        kept.add_event({.id = "price " + std::to_string(i), .data = "p"}, start, "price");
    for (int const i : {1, 100, 149}) {
        auto const number = kept.ids().find("price " + std::to_string(i));
        REQUIRE(number == static_cast<std::uint64_t>(i) + 1);
        CHECK(kept.behind(*number).missing == gap::none);
        CHECK(kept.texts(kept.behind(*number).next).size() == 1);
    }
    CHECK_THROWS_AS(kept.add_event({.id = "price 1", .data = "p"}), std::invalid_argument);
}

// One key that never changes does not let the replaced events of another pile up behind it.
TEST_CASE("superseded events take no room")
{
    topic_options options;
    options.max_events = 10;
    numbered_history kept(options);
    kept.add_event({.data = "still"}, start, "still");
    for (int i = 0; i < 1'000; ++i) {
        kept.add_event({.data = "moving"}, start, "moving");
        REQUIRE(kept.slots() <= 2 + 64);
    }
    CHECK(kept.count() == 2);
    CHECK(kept.evicted() == 0);
    CHECK(kept.texts(1).size() == 2);
    CHECK(kept.texts(1'001).size() == 1);
}
