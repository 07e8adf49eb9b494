// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>

#include "topic_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>
#include <string>
#include <thread>

using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using tidings::cut_reason;
using tidings::overflow;
using tidings::publish_status;
using tidings::request;
using tidings::topic;
using tidings::testing::stream;

// Every follower gets each event once and in order, under the id that publish returned.
TEST_CASE_METHOD(topic_fixture, "followers get what is published")
{
    stream one(time, following(), request::get("/"));
    stream two(time, following(), request::get("/"));
    CHECK(one.head()); // follow opens at once
    CHECK(news.subscribers() == 2);
    auto const result = news.publish({.type = "news", .data = "a"});
    news.publish({.data = "b"});
    time.run_until_idle();
    CHECK(result.receivers == 2);
    for (stream* each : {&one, &two}) {
        CHECK(data_of(*each) == texts{"a", "b"});
        CHECK(each->events()[0].id() == result.id);
        CHECK(each->events()[0].type() == "news");
    }
    CHECK(news.position() == one.events()[1].id());
    two.leave();
    CHECK(news.subscribers() == 1);
}

// When the context ends the stream is the handler's again.
TEST_CASE_METHOD(topic_fixture, "a follower says farewell")
{
    stream client(time, following(), request::get("/"));
    publish("a");
    client.stop_server();
    CHECK(data_of(client) == texts{"a", "farewell"});
    CHECK(client.is_over());
    CHECK(news.subscribers() == 0);
}

// Closing gives the followers what is left, and those who come later the history.
TEST_CASE_METHOD(topic_fixture, "a topic is closed")
{
    stream client(time, following(), request::get("/"));
    auto const first = news.publish({.data = "a"}).id;
    news.publish({.data = "b"});
    news.close();
    news.close();
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a", "b", "closed"});
    CHECK(client.is_over());
    CHECK(news.is_closed());
    CHECK_THROWS_AS(news.publish({.data = "c"}), std::logic_error);
    CHECK(data_after(first) == texts{"b", "closed"});
}

// A follower that is slower than the history is long is cut, and others do not notice.
TEST_CASE_METHOD(topic_fixture, "a follower that falls behind is cut")
{
    stream slow(time, following(), request::get("/"));
    stream quick(time, following(), request::get("/"));
    slow.stop_reading(5);
    for (auto const* data : {"a", "b", "c", "d", "e"})
        publish(data);
    CHECK(data_of(quick) == texts{"a", "b", "c", "d", "e"});
    CHECK(slow.why_cut() == cut_reason::behind);
    CHECK(data_of(slow).empty()); // of "a" only the beginning had left
    CHECK(slow.is_over());
}

// One that catches up in time misses nothing.
TEST_CASE_METHOD(topic_fixture, "a slow follower catches up")
{
    stream slow(time, following(), request::get("/"));
    slow.stop_reading(5);
    for (auto const* data : {"a", "b", "c", "d"})
        publish(data);
    slow.resume_reading();
    CHECK_FALSE(slow.why_cut());
    CHECK(data_of(slow) == texts{"a", "b", "c", "d"});
}

// Clients are told of a topic by its name.
TEST_CASE("a name that cannot be sent")
{
    CHECK_THROWS_AS(topic({.name = "caf\xe9"}), std::invalid_argument);
    CHECK(topic({.name = "caf\xc3\xa9"}).name() == "caf\xc3\xa9");
    CHECK_NOTHROW(topic({.name = std::string(255, 'n')}));
    CHECK_THROWS_AS(topic({.name = std::string(256, 'n')}), std::invalid_argument);
}

// Any thread may publish.
TEST_CASE_METHOD(topic_fixture, "publishing from a thread")
{
    stream client(time, following(), request::get("/"));
    std::thread([this] { news.publish({.data = "from a thread"}); }).join();
    time.run_until_idle();
    CHECK(data_of(client) == texts{"from a thread"});
}

// A repeated id, what cannot be sent, and what would reach nobody although it was sent are refused.
TEST_CASE_METHOD(topic_fixture, "what cannot be published")
{
    stream client(time, following(), request::get("/"));
    news.publish({.id = "own", .data = "a"});
    CHECK_THROWS_AS(news.publish({.id = "own", .data = "b"}), std::invalid_argument);
    CHECK_THROWS_AS(news.publish({.id = "a\nb", .data = "b"}), std::invalid_argument);
    CHECK_THROWS_AS(news.publish({.type = "changed"}), std::invalid_argument);
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a"});
    CHECK(news.position() == "own");
}

// A publisher's id that looks like one of the topic's own, also of one to come, would lead clients astray.
TEST_CASE_METHOD(topic_fixture, "an id that the topic may give itself")
{
    publish("a");
    auto const next = news.position().substr(0, news.position().rfind('-')) + "-3";
    CHECK_THROWS_AS(news.publish({.id = next, .data = "forged"}), std::invalid_argument);
    stream client(time, following(), request::get("/").with_header("Last-Event-ID", news.position()));
    publish("b");
    publish("c");
    CHECK(data_of(client) == texts{"b", "c"});
    CHECK(data_after(client.events()[0].id()) == texts{"c"});
}

// What a publish on such a topic returned was easily overlooked, and the event lost.
TEST_CASE("plain publish is for topics that cannot refuse")
{
    topic const orders({.name = "orders", .overflow = overflow::wait});
    CHECK_THROWS_MATCHES(orders.publish({.data = "a"}), std::logic_error,
                         MessageMatches(ContainsSubstring("\"orders\"") &&
                                        ContainsSubstring("overflow::wait") &&
                                        ContainsSubstring("`try_publish`") &&
                                        ContainsSubstring("`co_await publish(ctx, …)`")));
    CHECK_THROWS_AS(orders.publish("key", {.data = "a"}), std::logic_error);
    CHECK(orders.stats().published == 0);
    CHECK(orders.try_publish({.data = "b"}).status == publish_status::published);
    CHECK(topic({.overflow = overflow::drop_oldest}).publish({.data = "c"}).status ==
          publish_status::published);
}
