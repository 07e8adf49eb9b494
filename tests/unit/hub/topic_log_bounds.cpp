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
