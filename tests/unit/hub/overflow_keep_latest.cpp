// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>

#include "overflow_fixture.hpp"
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>

using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

// A slow follower sees the newest value of each key, in the order in which they came.
TEST_CASE_METHOD(overflow_fixture, "keep_latest")
{
    topic prices = make(overflow::keep_latest);
    stream slow(time, following(prices), request::get("/"));
    stream quick(time, following(prices), request::get("/"));
    publish(prices, "oil", "oil 1");
    slow.stop_reading(5);
    for (int i = 2; i <= 50; ++i) {
        publish(prices, "oil", "oil " + std::to_string(i));
        publish(prices, "tin", "tin " + std::to_string(i));
    }
    CHECK(prices.stats().history_count == 2);
    CHECK(prices.stats().superseded == 97);
    slow.resume_reading();
    CHECK(data_of(quick).size() == 99);
    CHECK(data_of(slow) == texts{"oil 1", "oil 2", "oil 50", "tin 50"}); // the second had begun to leave
    CHECK(prices.stats().dropped == 0);
    stream late(time, following(prices, from_oldest()), request::get("/"));
    CHECK(data_of(late) == texts{"oil 50", "tin 50"});
}

// More keys than the history holds: then values are lost, and that is told.
TEST_CASE_METHOD(overflow_fixture, "keep_latest with too many keys")
{
    topic prices = make(overflow::keep_latest);
    stream slow(time, following(prices), request::get("/"));
    slow.stop_reading(5);
    for (auto const* key : {"a", "b", "c", "d", "e"})
        publish(prices, key, key);
    slow.resume_reading();
    CHECK(prices.stats().dropped == 1);
    REQUIRE(slow.events().size() == 5);
    CHECK(slow.events()[1].type() == "tidings-reset");
    CHECK(slow.events()[2].data() == "c");
}

TEST_CASE_METHOD(overflow_fixture, "keys need keep_latest")
{
    topic news = make(overflow::cut);
    CHECK_THROWS_AS(news.publish("key", {.data = "x"}), std::logic_error);
    CHECK(news.stats().published == 0);
    topic prices = make(overflow::keep_latest);
    CHECK(prices.publish({.data = "without a key"}));
}
