// SPDX-License-Identifier: BSL-1.0
#include "store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

// A comment does not overtake what is on its way to the store: who follows gets both, in order.
TEST_CASE_METHOD(store_fixture, "a comment behind an event on its way to the store")
{
    topic orders = open();
    stream client(time, following(orders), request::get("/"));
    (void)orders.try_publish({.data = "a"});
    CHECK(orders.publish_comment("beat").status == publish_status::queued);
    CHECK(orders.try_publish({.data = "b"}));
    time.run_until_idle();
    CHECK(client.comments().empty());
    store->keep_next();
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a"});
    CHECK(client.comments() == texts{"beat"});
    CHECK(orders.publish_comment("again"));
    orders.close();
    store->keep_next();
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a", "b"});
    CHECK(client.comments() == texts{"beat", "again"});
    CHECK(client.is_over());
}

// An event that the store cannot keep does not hold up the comments behind it.
TEST_CASE_METHOD(store_fixture, "a comment behind an event that is not kept")
{
    topic orders = open();
    stream client(time, following(orders), request::get("/"));
    (void)orders.try_publish({.data = "a"});
    orders.publish_comment("one");
    orders.publish_comment("two");
    store->fail_next();
    time.run_until_idle();
    CHECK(client.comments() == texts{"one", "two"});
    CHECK(orders.publish_comment("three").status == publish_status::published);
}

// What waits for the store in memory is bounded: the oldest comments go, as in front of a slow follower.
TEST_CASE_METHOD(store_fixture, "many comments behind an event on its way to the store")
{
    topic const orders = open(3);
    stream client(time, following(orders), request::get("/"));
    (void)orders.try_publish({.data = "a"});
    for (auto const* const text : {"1", "2", "3", "4"})
        CHECK(orders.publish_comment(text).status == publish_status::queued);
    store->keep_next();
    time.run_until_idle();
    CHECK(client.comments() == texts{"2", "3", "4"});
    CHECK(orders.publish_comment("5").status == publish_status::published);
}

// The store never hears of a comment, so its number is given again after a restart. No client knows it.
TEST_CASE_METHOD(store_fixture, "a restart after a comment")
{
    std::string from_topic;
    std::string from_stream;
    {
        topic orders = open();
        (void)orders.try_publish({.data = "a"});
        store->keep_next();
        orders.publish_comment("beat");
        from_topic = orders.position();
        stream fresh(time, following(orders), request::get("/"));
        from_stream = fresh.last_event_id();
        CHECK(from_stream == from_topic);
    }
    restart();
    topic orders = open();
    (void)orders.try_publish({.data = "b"});
    store->keep_next();
    for (auto const& place : {from_topic, from_stream}) {
        stream back(time, following(orders), coming_back_with(place));
        CHECK(data_of(back) == texts{"b"});
    }
}

// The same for the ids of a stream of several topics.
TEST_CASE_METHOD(store_fixture, "a stream of several topics and a restart after a comment")
{
    topic alerts({.name = "alerts"});
    auto const both = [&](topic const& orders) {
        topic_list list;
        list.add(orders).add(alerts);
        return following(list);
    };
    std::string id;
    {
        topic orders = open();
        stream client(time, both(orders), request::get("/"));
        (void)orders.try_publish({.data = "a"});
        store->keep_next();
        orders.publish_comment("beat");
        time.run_until_idle();
        alerts.publish({.data = "alarm"});
        time.run_until_idle();
        id = client.events().back().id();
    }
    restart();
    topic orders = open();
    (void)orders.try_publish({.data = "b"});
    store->keep_next();
    stream back(time, both(orders), coming_back_with(id));
    CHECK(data_of(back) == texts{"b"});
}
