// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/history.hpp>

#include "history_steps.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace tidings::test;
using tidings::event;
using tidings::topic_options;
using tidings::detail::gap;
using tidings::detail::history;

// A draft has its number before it is kept, and gives it back when it is not.
TEST_CASE("drafts")
{
    topic_options const options;
    history kept(options, "life");
    auto const given_up = kept.prepare(event{.id = "own", .data = "x"}, {});
    CHECK(kept.drafts() == 1);
    CHECK(kept.end() == 1);
    CHECK(kept.find_after("own").missing == gap::unknown_id);
    CHECK_THROWS_AS(kept.prepare(event{.id = "own"}, {}), std::invalid_argument);
    kept.abandon(given_up);
    CHECK(kept.drafts() == 0);
    auto first = kept.prepare(event{.id = "own", .data = "x"}, {});
    auto second = kept.prepare(event{.data = "y"}, {});
    kept.abandon(first); // its number is lost, since a later one is out
    kept.keep(std::move(second), start);
    CHECK(texts_from(kept, 1) == std::vector<std::string>{"id: life-2\ndata: y\n\n"});
    CHECK(kept.position() == "life-2");
    CHECK(kept.find_after("life-1").next == 2);
}

// What followers need stays: then there is no room.
TEST_CASE("room for drafts")
{
    topic_options options;
    options.max_events = 2;
    options.history_bytes = 1'000;
    history kept(options, "life");
    add(kept, event{.data = "1"});
    add(kept, event{.data = "2"});
    auto const third = kept.prepare(event{.data = "3"}, {});
    CHECK_FALSE(kept.has_room_for_drafts(1));
    CHECK(kept.has_room_for_drafts(2));
    auto const fourth = kept.prepare(event{.data = "4"}, {});
    CHECK_FALSE(kept.has_room_for_drafts(2));
    CHECK(kept.has_room_for_drafts(nothing_needed));
    kept.abandon(fourth);
    kept.abandon(third);
    std::string const large(2'000, 'x');
    auto const too_large = kept.prepare(event{.data = large}, {});
    CHECK_FALSE(kept.has_room_for_drafts(2));
    CHECK(kept.has_room_for_drafts(3)); // alone it is kept whatever the limit
    auto const small = kept.prepare(event{.data = "4"}, {});
    CHECK_FALSE(kept.has_room_for_drafts(3));              // one of the two would push out the other
    CHECK_FALSE(kept.has_room_for_drafts(nothing_needed)); // a follower may come before they are kept
    kept.abandon(small);
}
