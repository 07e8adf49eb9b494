// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic_list.hpp>

#include "list_fixture.hpp"
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

// Each event of several topics comes once, and its id leads back to the place in all of them.
TEST_CASE_METHOD(list_fixture, "several topics in one stream")
{
    std::string id;
    {
        stream client(time, following(both()), request::get("/"));
        publish(orders, "o1");
        publish(alerts, "a1");
        publish(orders, "o2");
        CHECK(data_of(client) == texts{"o1", "a1", "o2"});
        id = client.events()[1].id(); // o1 and a1 are known
    }
    publish(alerts, "a2");
    stream back(time, following(both()), coming_back_with(id));
    CHECK(data_of(back) == texts{"o2", "a2"});
    publish(alerts, "a3");
    CHECK(data_of(back) == texts{"o2", "a2", "a3"});
    stream further(time, following(both()), coming_back_with(back.events().back().id()));
    CHECK(data_of(further).empty());
}

// Own ids do not matter in a stream of several topics.
TEST_CASE_METHOD(list_fixture, "several topics and own ids")
{
    stream client(time, following(both()), request::get("/"));
    orders.publish({.id = "one/&=x", .data = "o1"});
    alerts.publish({.id = "one/&=x", .data = "a1"});
    time.run_until_idle();
    REQUIRE(client.events().size() == 2);
    orders.publish({.id = "two", .data = "o2"});
    stream back(time, following(both()), coming_back_with(client.events()[1].id()));
    CHECK(data_of(back) == texts{"o2"});
}

// Each topic tells of its own gap, by its name; the other resumes.
TEST_CASE_METHOD(list_fixture, "a gap in one of several topics")
{
    std::string id;
    {
        stream client(time, following(both()), request::get("/"));
        publish(orders, "o1");
        publish(alerts, "a1");
        id = client.events()[1].id();
    }
    for (auto const* data : {"o2", "o3", "o4", "o5"})
        publish(orders, data);
    publish(alerts, "a2");
    stream back(time, following(both()), coming_back_with(id));
    REQUIRE(back.events().size() == 2);
    CHECK(back.events()[0].type() == "tidings-reset");
    CHECK(back.events()[0].data().starts_with(R"({"reason":"evicted")"));
    CHECK(back.events()[0].data().ends_with(R"(,"topic":"orders"})"));
    CHECK(back.events()[1].data() == "a2");
}

// A client is busy with one topic while another moves on past its history: it is told of what it lost of
// that.
TEST_CASE_METHOD(list_fixture, "a gap in one topic while another waits for the client")
{
    topic news{{.name = "news", .max_events = 3, .overflow = overflow::drop_oldest}};
    topic_list list;
    list.add(orders).add(news);
    stream client(time, following(list), request::get("/"));
    publish(news, "n1");
    client.stop_reading(5);
    publish(orders, "o1");
    publish(orders, "o2");
    for (auto const* data : {"n2", "n3", "n4", "n5", "n6"})
        news.publish({.data = data});
    time.run_until_idle();
    publish(news, "n7");
    client.resume_reading();
    time.run_until_idle();
    REQUIRE(client.events().size() == 7);
    CHECK(client.events()[3].type() == "tidings-reset");
    CHECK(client.events()[3].data().starts_with(R"({"reason":"overflowed")"));
    auto const got = data_of(client);
    CHECK(texts(got.begin(), got.begin() + 3) == texts{"n1", "o1", "o2"});
    CHECK(texts(got.begin() + 4, got.end()) == texts{"n5", "n6", "n7"});
}

// A topic that is new to the client begins where the list says. A client that comes from the stream of one
// topic resumes it, and is told of the others.
TEST_CASE_METHOD(list_fixture, "ids of other streams")
{
    publish(orders, "o1");
    auto const first = orders.position();
    publish(orders, "o2");
    publish(alerts, "a1");
    topic_list list;
    list.add(orders).add(alerts, from_oldest());
    stream with_one(time, following(list), coming_back_with("orders=" + first));
    CHECK(data_of(with_one) == texts{"o2", "a1"});
    stream of_one(time, following(list), coming_back_with(first));
    REQUIRE(of_one.events().size() == 2);
    CHECK(of_one.events()[0].data().starts_with(R"({"reason":"restarted")"));
    CHECK(of_one.events()[0].data().ends_with(R"("topic":"alerts & more"})"));
    CHECK(of_one.events()[1].data() == "o2");
}

// A client that is too slow for one topic gets the other all the same.
TEST_CASE_METHOD(list_fixture, "no topic starves another")
{
    topic busy({.name = "busy"});
    topic_list list;
    list.add(busy).add(alerts);
    stream client(time, following(list), request::get("/"));
    client.stop_reading();
    publish(busy, "b");
    publish(alerts, "a1");
    for (int i = 0; i < 10; ++i) {
        for (int k = 0; k < 10; ++k)
            publish(busy, std::string(100, 'b'));
        client.stop_reading(500);
    }
    CHECK(std::ranges::count(data_of(client), "a1") == 1);
}
