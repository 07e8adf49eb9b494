// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic_list.hpp>

#include "list_fixture.hpp"
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

// The stream ends when all its topics are closed.
TEST_CASE_METHOD(list_fixture, "one of several topics is closed")
{
    stream client(time, following(both()), request::get("/"));
    orders.close();
    publish(alerts, "a1");
    CHECK(data_of(client) == texts{"a1"});
    CHECK_FALSE(client.is_over());
    alerts.close();
    time.run_until_idle();
    CHECK(client.is_over());
}

// Of the closed topic exactly as much is left as is read at once.
TEST_CASE_METHOD(list_fixture, "one of several topics is closed behind many events")
{
    topic big({.name = "big"});
    topic_list list;
    list.add(big, from_oldest()).add(alerts);
    auto const fill_and_close = [&] {
        for (int i = 0; i < 64; ++i)
            big.publish({.data = "x"});
        big.close();
    };
    SECTION("before the client comes")
    {
        fill_and_close();
        stream client(time, following(list), request::get("/"));
        CHECK(client.events().size() == 64);
        publish(alerts, "a1");
        CHECK(client.events().size() == 65);
    }
    SECTION("while it follows")
    {
        stream client(time, following(list), request::get("/"));
        fill_and_close();
        time.run_until_idle();
        CHECK(client.events().size() == 64);
        CHECK(big.stats().lagging == 0);
        alerts.close();
        time.run_until_idle();
        CHECK(client.is_over());
    }
}

// Followers are sent away, come back and resume.
TEST_CASE_METHOD(list_fixture, "disconnect")
{
    stream one(time, following(orders), request::get("/"));
    stream two(time, following(both()), request::get("/"));
    publish(orders, "o1");
    CHECK(orders.disconnect() == 2);
    time.run_until_idle();
    CHECK(one.is_over());
    CHECK(one.comments() == texts{"disconnected"});
    CHECK(two.is_over());
    CHECK(one.text().find(";finished") == std::string::npos);
    CHECK(orders.subscribers() == 0);
    CHECK(alerts.subscribers() == 0);
    stream back(time, following(orders), coming_back_with(one.events()[0].id()));
    publish(orders, "o2");
    CHECK(data_of(back) == texts{"o2"});
    CHECK(orders.disconnect() == 1);
}

// What is said in the same turn still comes: when to be back, for one.
TEST_CASE_METHOD(list_fixture, "a time to come back after, for those who are sent away")
{
    stream one(time, following(orders), request::get("/"));
    stream two(time, following(both()), request::get("/"));
    orders.publish({.data = "o1"});
    orders.publish_retry(std::chrono::milliseconds(1'500));
    orders.disconnect();
    time.run_until_idle();
    for (stream* const each : {&one, &two}) {
        CHECK(each->is_over());
        CHECK(each->text().find("retry: 1500\n\n") != std::string::npos);
    }
    stream back(time, following(orders), coming_back_with(one.last_event_id()));
    CHECK(data_of(back) == texts{"o1"});
}
