// SPDX-License-Identifier: BSL-1.0
#include "held_log.hpp"
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

// Several events may be kept in one commit, before any follower has had its turn.
TEST_CASE_METHOD(log_fixture, "wait: events on their way to the log do not push out each other")
{
    topic orders = open(2, overflow::wait);
    stream quick(time, following(orders), request::get("/"));
    texts accepted;
    for (auto const* data : {"a", "b", "c", "d"})
        if (orders.publish({.data = data}))
            accepted.emplace_back(data);
    CHECK(accepted == texts{"a", "b"});
    for (std::size_t i = 0; i < accepted.size(); ++i)
        log.keep_next();
    time.run_until_idle();
    CHECK(data_of(quick) == accepted);
    CHECK(orders.stats().dropped == 0);
}

// The same for one that comes meanwhile.
TEST_CASE_METHOD(log_fixture, "wait: a follower that comes while events are on their way to the log")
{
    topic orders = open(2, overflow::wait);
    texts accepted;
    for (auto const* data : {"a", "b", "c"})
        if (orders.publish({.data = data}))
            accepted.emplace_back(data);
    stream late(time, following(orders), request::get("/"));
    for (std::size_t i = 0; i < accepted.size(); ++i)
        log.keep_next();
    time.run_until_idle();
    CHECK(data_of(late) == accepted);
    CHECK(orders.stats().dropped == 0);
}

// Nobody says when a log that other topics have filled has room again, so nobody waits for that.
TEST_CASE_METHOD(log_fixture, "wait: a log that is full refuses")
{
    topic other({.name = "other", .log = &log});
    topic orders = open(2, overflow::wait);
    log.limit = 1;
    other.publish({.data = "x"});
    auto const refused = run(time, orders.publish(ctx, {.data = "a"}));
    REQUIRE(refused->value);
    CHECK(refused->value->status == publish_status::would_block);
    CHECK(orders.stats().refused == 1);
    log.keep_next();
    auto const taken = run(time, orders.publish(ctx, {.data = "b"}));
    log.keep_next();
    time.run_until_idle();
    REQUIRE(taken->value);
    CHECK(taken->value->status == publish_status::published);
}

// Those who waited for followers hear it too, each of them.
TEST_CASE_METHOD(log_fixture, "wait: a log that is full when there is room again")
{
    topic other({.name = "other", .log = &log});
    topic orders = open(2, overflow::wait);
    stream slow(time, following(orders), request::get("/"));
    slow.stop_reading(0);
    for (auto const* data : {"a", "b"})
        orders.publish({.data = data});
    log.keep_next();
    log.keep_next();
    time.run_until_idle();
    auto const one = run(time, orders.publish(ctx, {.data = "c"}));
    auto const two = run(time, orders.publish(ctx, {.data = "d"}));
    CHECK_FALSE(one->value);
    CHECK_FALSE(two->value);
    log.limit = 1;
    other.publish({.data = "x"});
    slow.resume_reading();
    time.run_until_idle();
    for (auto const& each : {one, two}) {
        REQUIRE(each->value);
        CHECK(each->value->status == publish_status::would_block);
    }
}

// A log that throws leaves the topic as it was.
TEST_CASE_METHOD(log_fixture, "a log that throws")
{
    topic orders = open();
    stream client(time, following(orders), request::get("/"));
    log.throws = true;
    CHECK_THROWS_AS(orders.publish({.id = "own", .data = "a"}), std::runtime_error);
    log.throws = false;
    CHECK(orders.publish({.id = "own", .data = "a"}));
    log.keep_next();
    orders.close();
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a"});
    CHECK(client.is_over());
}

// A refused topic leaves nothing in the log.
TEST_CASE_METHOD(log_fixture, "a topic with a log and no name")
{
    CHECK_THROWS_AS(topic({.log = &log}), std::invalid_argument);
    CHECK_FALSE(log.knows(""));
    CHECK_THROWS_AS(topic({.name = "caf\xe9", .log = &log}), std::invalid_argument);
    CHECK_FALSE(log.knows("caf\xe9"));
}

// What a follower's coming has made the topic forget leaves the log with the next event.
TEST_CASE_METHOD(log_fixture, "old events leave the log")
{
    topic orders({.name = "orders", .history_age = 1h, .log = &log, .now = [this] { return time.now(); }});
    auto const publish = [&](char const* data) {
        orders.publish({.data = data});
        log.keep_next();
    };
    publish("a");
    publish("b");
    time.advance(30min);
    publish("c");
    time.advance(31min);
    stream client(time, following(orders), request::get("/"));
    publish("d");
    CHECK(log.events_of("orders") == 2);
}

// What the log had not deleted yet when the process ended is forgotten anew.
TEST_CASE_METHOD(log_fixture, "superseded events leave the log after a restart")
{
    log.deletes = false;
    {
        topic prices = open(3, overflow::keep_latest);
        for (auto const* data : {"1", "2", "3"}) {
            prices.publish("oil", {.data = data});
            log.keep_next();
        }
        CHECK(log.events_of("orders") == 3);
    }
    log.deletes = true;
    topic prices = open(3, overflow::keep_latest);
    CHECK(log.events_of("orders") == 1);
    CHECK(prices.stats().superseded == 0);
    log.deletes = false;
    for (auto const* data : {"4", "5", "6"}) {
        prices.publish(data, {.data = data});
        log.keep_next();
    }
    log.deletes = true;
    topic again = open(3, overflow::keep_latest); // the history was full: "3" has left it
    again.publish("6", {.data = "7"});
    log.keep_next();
    CHECK(log.events_of("orders") == 3);
}
