// SPDX-License-Identifier: BSL-1.0
#include "store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

// Several events may be kept in one commit, before any follower has had its turn.
TEST_CASE_METHOD(store_fixture, "wait: events on their way to the store do not push out each other")
{
    topic orders = open(2, overflow::wait);
    stream quick(time, following(orders), request::get("/"));
    texts accepted;
    for (auto const* data : {"a", "b", "c", "d"})
        if (orders.try_publish({.data = data}))
            accepted.emplace_back(data);
    CHECK(accepted == texts{"a", "b"});
    for (std::size_t i = 0; i < accepted.size(); ++i)
        store->keep_next();
    time.run_until_idle();
    CHECK(data_of(quick) == accepted);
    CHECK(orders.stats().dropped == 0);
}

// The same for one that comes meanwhile.
TEST_CASE_METHOD(store_fixture, "wait: a follower that comes while events are on their way to the store")
{
    topic orders = open(2, overflow::wait);
    texts accepted;
    for (auto const* data : {"a", "b", "c"})
        if (orders.try_publish({.data = data}))
            accepted.emplace_back(data);
    stream late(time, following(orders), request::get("/"));
    for (std::size_t i = 0; i < accepted.size(); ++i)
        store->keep_next();
    time.run_until_idle();
    CHECK(data_of(late) == accepted);
    CHECK(orders.stats().dropped == 0);
}

// Nobody says when a store that other topics have filled has room again, so nobody waits for that.
TEST_CASE_METHOD(store_fixture, "wait: a store that is full refuses")
{
    add("other");
    topic other = open("other");
    topic orders = open(2, overflow::wait);
    store->max_appends = 1;
    (void)other.try_publish({.data = "x"});
    auto const refused = run(time, orders.publish(ctx, {.data = "a"}));
    REQUIRE(refused->value);
    CHECK(refused->value->status == publish_status::would_block);
    CHECK(orders.stats().refused == 1);
    store->keep_next();
    auto const taken = run(time, orders.publish(ctx, {.data = "b"}));
    store->keep_next();
    time.run_until_idle();
    REQUIRE(taken->value);
    CHECK(taken->value->status == publish_status::published);
}

// Those who waited for followers hear it too, each of them.
TEST_CASE_METHOD(store_fixture, "wait: a store that is full when there is room again")
{
    add("other");
    topic other = open("other");
    topic orders = open(2, overflow::wait);
    stream slow(time, following(orders), request::get("/"));
    slow.stop_reading(0);
    for (auto const* data : {"a", "b"})
        (void)orders.try_publish({.data = data});
    store->keep_next();
    store->keep_next();
    time.run_until_idle();
    auto const one = run(time, orders.publish(ctx, {.data = "c"}));
    auto const two = run(time, orders.publish(ctx, {.data = "d"}));
    CHECK_FALSE(one->value);
    CHECK_FALSE(two->value);
    store->max_appends = 1;
    (void)other.try_publish({.data = "x"});
    slow.resume_reading();
    time.run_until_idle();
    for (auto const& each : {one, two}) {
        REQUIRE(each->value);
        CHECK(each->value->status == publish_status::would_block);
    }
}

// A store that throws leaves the topic as it was.
TEST_CASE_METHOD(store_fixture, "a log that throws")
{
    topic orders = open();
    stream client(time, following(orders), request::get("/"));
    store->throws = true;
    CHECK_THROWS_AS(orders.try_publish({.id = "own", .data = "a"}), std::runtime_error);
    store->throws = false;
    CHECK(orders.try_publish({.id = "own", .data = "a"}));
    store->keep_next();
    orders.close();
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a"});
    CHECK(client.is_over());
}

// What a follower's coming has made the topic forget leaves the store with the next event.
TEST_CASE_METHOD(store_fixture, "old events leave the store")
{
    add("orders", {.history_age = 1h});
    topic orders = open("orders");
    auto const publish = [&](char const* data) {
        (void)orders.try_publish({.data = data});
        store->keep_next();
    };
    publish("a");
    publish("b");
    time.advance(30min);
    publish("c");
    time.advance(31min);
    stream client(time, following(orders), request::get("/"));
    publish("d");
    CHECK(store->events_of("orders").size() == 2);
}

// What the store had not deleted yet when the process ended is forgotten anew.
TEST_CASE_METHOD(store_fixture, "superseded events leave the store after a restart")
{
    store->deletes = false;
    {
        topic prices = open(3, overflow::keep_latest);
        for (auto const* data : {"1", "2", "3"}) {
            (void)prices.try_publish("oil", {.data = data});
            store->keep_next();
        }
        CHECK(store->events_of("orders").size() == 3);
    }
    restart();
    topic prices = open(3, overflow::keep_latest);
    CHECK(store->events_of("orders").size() == 1);
    CHECK(prices.stats().superseded == 0);
    store->deletes = false;
    for (auto const* data : {"4", "5", "6"}) {
        (void)prices.try_publish(data, {.data = data});
        store->keep_next();
    }
    restart();
    topic again = open(3, overflow::keep_latest); // the history was full: "3" has left it
    (void)again.try_publish("6", {.data = "7"});
    store->keep_next();
    CHECK(store->events_of("orders").size() == 3);
}

// What a store keeps leaves the memory first, because nothing is lost by it; also for one that is only read.
TEST_CASE_METHOD(store_fixture, "topics with a store make room for readers")
{
    bounds.max_topics = 2;
    add("{name...}");
    for (auto const* name : {"a", "b", "c"}) {
        time.advance(1ms);
        topic each = open(name);
        keep(each, "x");
    }
    CHECK(all->size() == 2);
    CHECK(all->stats().evicted == 0);
    CHECK(store->opens_of("a") == 0);
    stream reader(time, following(open("a"), from_oldest()), request::get("/"));
    CHECK(data_of(reader) == texts{"x"});
    CHECK_FALSE(all->find("b"));
    std::optional<topic> other = open("c");
    auto const refused = run(time, all->open(ctx, "b"));
    store->open_all();
    time.run_until_idle();
    REQUIRE(refused->failure);
    CHECK_THROWS_AS(std::rethrow_exception(refused->failure), too_many_topics);
    CHECK(store->opens_of("b") == 0);
}

// What the memory has no room for is still in the store: it is not deleted for the bound.
TEST_CASE_METHOD(store_fixture, "events that are given up stay in the store")
{
    bounds.kept_bytes = 100'000;
    add("{name...}", {.max_events = 20, .history_bytes = 1024 * 1024});
    topic news = open("news");
    for (int i = 0; i < 20; ++i)
        keep(news, std::string(10'000, 'x'));
    CHECK(news.stats().history_count < 10);
    CHECK(store->events_of("news").size() == 20);
}
