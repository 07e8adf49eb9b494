// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic_list.hpp>

#include "list_fixture.hpp"
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

// Comments reach those who follow, and have no id.
TEST_CASE_METHOD(list_fixture, "a comment for all")
{
    stream one(time, following(orders), request::get("/"));
    stream two(time, following(both()), request::get("/"));
    CHECK(orders.publish_comment("a\nb").receivers == 2);
    time.run_until_idle();
    for (stream* each : {&one, &two}) {
        CHECK(each->comments() == texts{"a", "b"});
        CHECK(each->text().ends_with("\n\n: a\n: b\n\n"));
    }
}

// A comment comes behind what was published before it, in whichever topic.
TEST_CASE_METHOD(list_fixture, "a comment behind the event of another topic")
{
    stream client(time, following(both()), request::get("/"));
    orders.publish({.data = "o1"});
    alerts.publish({.data = "a1"});
    orders.publish_comment("beat");
    time.run_until_idle();
    CHECK(data_of(client) == texts{"o1", "a1"});
    CHECK(client.text().ends_with("data: a1\n\n: beat\n\n"));
}

// The time to wait before reconnecting reaches those who follow, too.
TEST_CASE_METHOD(list_fixture, "a retry time for all")
{
    stream client(time, following(orders), request::get("/"));
    CHECK(orders.publish_retry(1500ms).receivers == 1);
    time.run_until_idle();
    CHECK(client.text().ends_with("\n\nretry: 1500\n\n"));
    CHECK(client.events().empty());
    CHECK_THROWS_AS(orders.publish_retry(-1ms), std::invalid_argument);
}
