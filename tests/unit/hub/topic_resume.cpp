// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>

#include "support/without_retry.hpp"
#include "topic_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::topic;
using tidings::testing::stream;

namespace {

asio::awaitable<void> follow_from(topic& news, tidings::start_position from, context ctx, request const&,
                                  event_stream& out)
{
    co_await news.follow(ctx, out, from);
}

} // namespace

// A follower begins where it is told to.
TEST_CASE_METHOD(topic_fixture, "starting positions")
{
    auto const first = publish("a");
    publish("b");
    publish("c");
    auto const data_from = [&](tidings::start_position from) {
        stream client(time, std::bind_front(follow_from, std::ref(news), from), request::get("/"));
        return data_of(client);
    };
    CHECK(data_from(tidings::from_newest()).empty());
    CHECK(data_from(tidings::from_oldest()) == texts{"a", "b", "c"});
    CHECK(data_from(tidings::from_last(2)) == texts{"b", "c"});
    CHECK(data_from(tidings::from_last(9)) == texts{"a", "b", "c"});
    CHECK(data_from(tidings::from_id(first)) == texts{"b", "c"});
}

// A client that comes back gets what it has missed, then what comes.
TEST_CASE_METHOD(topic_fixture, "a client resumes")
{
    std::string id;
    {
        stream client(time, following(), request::get("/"));
        publish("a");
        id = client.events()[0].id();
    }
    publish("b");
    publish("c");
    stream back(time, following(), request::get("/").with_header("Last-Event-ID", id));
    CHECK(data_of(back) == texts{"b", "c"});
    publish("d");
    CHECK(data_of(back) == texts{"b", "c", "d"});
}

// A client that was disconnected before its first event knows its place, and misses nothing.
TEST_CASE_METHOD(topic_fixture, "a client resumes that has got nothing yet")
{
    publish("before");
    stream client(time, following(), request::get("/"));
    CHECK(client.events().empty());
    auto const id = news.position();
    CHECK(without_retry(client.text()) == place_text(id));
    client.leave();
    publish("a");
    CHECK(data_after(id) == texts{"a"});
    topic quiet({.send_position = false});
    stream silent(time, std::bind_front(follow_news, std::ref(quiet)), request::get("/"));
    CHECK(silent.head());
    CHECK(without_retry(silent.text()).empty());
}

// One that cannot be brought up to date is told why, by an event without an id, and then gets what comes.
TEST_CASE_METHOD(topic_fixture, "a client that cannot resume is told why")
{
    auto const evicted = publish("a");
    publish("b");
    publish("c");
    publish("d");
    publish("e");
    auto const told = [&](std::string const& id) {
        stream client(time, following(), request::get("/").with_header("Last-Event-ID", id));
        REQUIRE(client.events().size() == 1);
        CHECK(client.events()[0].type() == "tidings-reset");
        CHECK(without_retry(client.text()).starts_with("event: tidings-reset\n"));
        publish("next");
        CHECK(client.events().size() == 2);
        return client.events()[0].data();
    };
    CHECK(told(evicted).starts_with(R"({"reason":"evicted","oldest":")"));
    CHECK(told("unknown").starts_with(R"({"reason":"unknown_id")"));
    std::string restarted = news.position();
    restarted[0] = restarted[0] == 'a' ? 'b' : 'a';
    CHECK(told(restarted).starts_with(R"({"reason":"restarted")"));
}

// What a topic keeps is then where a new client would find it, so a page whose whole state is in the topic
// needs nothing else after a restart.
TEST_CASE_METHOD(topic_fixture, "a client that cannot resume begins where the handler says")
{
    auto const evicted = publish("a");
    for (auto const* const each : {"b", "c", "d", "e"})
        publish(each);
    auto const data_from = [&](tidings::start_position from, std::string const& id) {
        stream client(time, std::bind_front(follow_from, std::ref(news), from),
                      request::get("/").with_header("Last-Event-ID", id));
        REQUIRE(client.events().at(0).type() == "tidings-reset");
        publish("next");
        auto data = data_of(client);
        return texts(data.begin() + 1, data.end());
    };
    std::string restarted = news.position();
    restarted[0] = restarted[0] == 'a' ? 'b' : 'a';
    CHECK(data_from(tidings::from_oldest(), evicted) == texts{"c", "d", "e", "next"});
    CHECK(data_from(tidings::from_last(1), restarted) == texts{"next", "next"});
    CHECK(data_from(tidings::from_newest(), "unknown") == texts{"next"});
    CHECK(data_from(tidings::from_id(evicted), "unknown") == texts{"next"});
}

// Old events are forgotten by age; the newest is kept.
TEST_CASE_METHOD(topic_fixture, "the history's age")
{
    auto const first = publish("a");
    time.advance(30min);
    auto const second = publish("b");
    time.advance(30min);
    publish("c");
    CHECK(data_after(first) == texts{"b", "c"});
    time.advance(1s);
    CHECK(data_after(second) == texts{"c"});
    stream all(time, std::bind_front(follow_from, std::ref(news), tidings::from_oldest()), request::get("/"));
    CHECK(data_of(all) == texts{"b", "c"});
    time.advance(10h);
    stream newest(time, std::bind_front(follow_from, std::ref(news), tidings::from_oldest()),
                  request::get("/"));
    CHECK(data_of(newest) == texts{"c"});
}

// Heartbeats do not make a client's place old, and are no events.
TEST_CASE_METHOD(topic_fixture, "a client comes back after many comments")
{
    auto const id = publish("a");
    for (int i = 0; i < 10; ++i)
        news.publish_comment("beat");
    CHECK(news.stats().published == 1);
    CHECK(news.position() == id);
    stream back(time, following(), request::get("/").with_header("Last-Event-ID", id));
    CHECK(back.events().empty());
    publish("b");
    CHECK(data_of(back) == texts{"b"});
}
