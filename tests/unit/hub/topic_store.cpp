// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic_registry.hpp>

#include "store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

// An event is delivered when it is kept, not before.
TEST_CASE_METHOD(store_fixture, "what is kept is delivered")
{
    topic orders = open();
    stream client(time, following(orders), request::get("/"));
    auto const queued = orders.try_publish({.data = "a"});
    CHECK(queued.status == publish_status::queued);
    CHECK(queued.id.empty());
    auto const waiting = run(time, orders.publish(ctx, {.data = "b"}));
    CHECK(client.events().empty());
    CHECK(orders.position().ends_with("-0"));
    store->keep_next();
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a"});
    CHECK_FALSE(waiting->value);
    store->keep_next();
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a", "b"});
    REQUIRE(waiting->value);
    CHECK(waiting->value->status == publish_status::published);
    CHECK(waiting->value->id == client.events()[1].id());
    CHECK(waiting->value->receivers == 1);
}

// What cannot be kept is the publisher's to know; nobody gets it, and the next one goes through.
TEST_CASE_METHOD(store_fixture, "what cannot be kept")
{
    topic orders = open();
    stream client(time, following(orders), request::get("/"));
    auto const failing = run(time, orders.publish(ctx, {.id = "own", .data = "a"}));
    auto const later = run(time, orders.publish(ctx, {.data = "b"}));
    store->fail_next();
    store->keep_next();
    time.run_until_idle();
    REQUIRE(failing->failure);
    CHECK_THROWS_AS(std::rethrow_exception(failing->failure), std::runtime_error);
    REQUIRE(later->value);
    CHECK(data_of(client) == texts{"b"});
    CHECK(orders.stats().not_kept == 1);
    auto const again = run(time, orders.publish(ctx, {.id = "own", .data = "a"}));
    store->keep_next();
    time.run_until_idle();
    CHECK(again->value);
    CHECK(data_of(client) == texts{"b", "a"});
}

// What cannot be sent is refused before it goes to the store.
TEST_CASE_METHOD(store_fixture, "what cannot be published to a store")
{
    topic orders = open();
    for (event const& each :
         {event{.id = "caf\xe9", .data = "a"}, event{.id = "a\nb", .data = "a"}, event{.data = "caf\xe9"},
          event{.type = "t"}, event{.id = "000000000000-7", .data = "a"}})
        CHECK_THROWS_AS(orders.try_publish(each), std::invalid_argument);
    CHECK(store->waiting_appends() == 0);
}

TEST_CASE_METHOD(store_fixture, "a full queue of the store refuses")
{
    topic orders = open();
    store->max_appends = 1;
    CHECK(orders.try_publish({.data = "a"}));
    CHECK(orders.try_publish({.data = "b"}).status == publish_status::would_block);
    store->keep_next();
    CHECK(orders.try_publish({.data = "c"}));
    CHECK(orders.stats().refused == 1);
}

// A wait that ends leaves the event to its fate.
TEST_CASE_METHOD(store_fixture, "a publisher that does not wait to the end")
{
    topic orders = open();
    stream client(time, following(orders), request::get("/"));
    auto limited = with_timeout(ctx, 1s);
    auto const waiting = run(time, orders.publish(limited, {.data = "a"}));
    time.advance(1s);
    REQUIRE(waiting->value);
    CHECK(waiting->value->status == publish_status::context_ended);
    store->keep_next();
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a"});
}

// After a restart clients resume where they were, and numbers go on.
TEST_CASE_METHOD(store_fixture, "a topic comes back from its store")
{
    std::string id;
    {
        topic orders = open();
        stream client(time, following(orders), request::get("/"));
        for (auto const* data : {"a", "b", "c", "d"}) {
            (void)orders.try_publish({.data = data});
            store->keep_next();
            time.run_until_idle();
        }
        id = client.events()[2].id();
        CHECK(store->events_of("orders").size() == 3); // as the history
    }
    restart();
    topic orders = open();
    stream back(time, following(orders), coming_back_with(id));
    CHECK(data_of(back) == texts{"d"});
    (void)orders.try_publish({.data = "e"});
    store->keep_next();
    time.run_until_idle();
    CHECK(data_of(back) == texts{"d", "e"});
    CHECK(back.events()[1].id().ends_with("-5"));
    CHECK_THROWS_AS(topic({.store = store}), std::invalid_argument);
}

// Superseded events leave the store, too.
TEST_CASE_METHOD(store_fixture, "the latest of each key in a store")
{
    topic prices = open(3, overflow::keep_latest);
    for (auto const* data : {"1", "2", "3"}) {
        (void)prices.try_publish("oil", {.data = data});
        store->keep_next();
    }
    CHECK(store->events_of("orders").size() == 1);
}

// Events on their way to the store count where publishers have to wait.
TEST_CASE_METHOD(store_fixture, "wait with a store")
{
    topic orders = open(2, overflow::wait);
    stream slow(time, following(orders), request::get("/"));
    slow.stop_reading(0);
    CHECK(orders.try_publish({.data = "a"}));
    CHECK(orders.try_publish({.data = "b"}));
    store->keep_next();
    store->keep_next();
    time.run_until_idle();
    CHECK(orders.try_publish({.data = "c"}).status == publish_status::would_block);
    slow.resume_reading();
    CHECK(orders.try_publish({.data = "c"}));
    store->keep_next();
    time.run_until_idle();
    CHECK(data_of(slow) == texts{"a", "b", "c"});
}

// A closed topic is over when what was on its way has come.
TEST_CASE_METHOD(store_fixture, "a topic with a store is closed")
{
    topic orders = open();
    stream client(time, following(orders), request::get("/"));
    (void)orders.try_publish({.data = "a"});
    (void)orders.try_publish({.data = "b"});
    orders.close();
    time.run_until_idle();
    CHECK_FALSE(client.is_over());
    store->keep_next();
    store->fail_next();
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a"});
    CHECK(client.is_over());
}

// The registry does not forget a topic whose events are on their way to the store->
TEST_CASE_METHOD(store_fixture, "a busy topic does not expire")
{
    bounds.unused_timeout = 1s;
    (void)open().try_publish({.data = "a"});
    time.advance(1s);
    CHECK(all->expire() == 0);
    store->keep_next();
    time.advance(1s);
    CHECK(all->expire() == 0);
    time.advance(1s);
    CHECK(all->expire() == 1);
}

// A store may be full, so an event may be refused: nothing is queued by a call that cannot say so.
TEST_CASE_METHOD(store_fixture, "plain publish and a topic with a store")
{
    topic const orders = open();
    CHECK_THROWS_AS(orders.publish({.data = "a"}), std::logic_error);
    CHECK(store->waiting_appends() == 0);
}
