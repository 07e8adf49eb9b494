// SPDX-License-Identifier: BSL-1.0
// Handlers that do not look at what comes back, beside others.
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/wait/channel.hpp>
#include <tidings/wait/ticker.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::follow_end;
using tidings::request;
using tidings::server_stats;
using tidings::topic;
using tidings::test::server_fixture;

namespace {

constexpr auto* ended_by_us = "has waited 100,000 times through a context that had ended (client gone)";

// As a person writes it who does not think of a client that leaves.
asio::awaitable<void> follow_until_closed(topic& news, context ctx, request const&, event_stream& out)
{
    auto end = follow_end::context_ended;
    while (end != follow_end::closed)
        end = co_await news.follow(ctx, out);
}

asio::awaitable<void> follow_list_until_closed(topic& news, context ctx, request const&, event_stream& out)
{
    tidings::topic_list list;
    list.add(news);
    auto end = follow_end::context_ended;
    while (end != follow_end::closed)
        end = co_await list.follow(ctx, out);
}

asio::awaitable<void> tick_for_ever(context ctx, request const&, event_stream& out)
{
    co_await out.open();
    tidings::ticker second(1s);
    for (;;)
        co_await second.tick(ctx);
}

asio::awaitable<void> send_for_ever(context, request const&, event_stream& out)
{
    for (;;)
        co_await out.send({.data = "more and more"});
}

// Publishes without a pause until it is told to stop: that is work, and goes on when its client has left.
asio::awaitable<void> publish_for_ever(topic& news, tidings::channel<int> enough, context ctx, request const&,
                                       event_stream& out)
{
    co_await out.open();
    while (!enough.is_closed())
        co_await news.publish(ctx, {.data = "more and more"});
}

} // namespace

// A handler that goes on for ever when its client has left holds up nobody, is ended by an exception that
// says why, and is counted and logged once. Others do not notice.
TEST_CASE("a handler that ignores the end of its context is ended, and only that one")
{
    topic news;
    for (tidings::handler const& stubborn :
         {tidings::handler(std::bind_front(follow_until_closed, std::ref(news))),
          tidings::handler(std::bind_front(follow_list_until_closed, std::ref(news))),
          tidings::handler(tick_for_ever), tidings::handler(send_for_ever)}) {
        auto options = server_fixture::brisk();
        options.grace_timeout = 0s; // so that nothing else ends it
        server_fixture fixture(options);
        fixture.routes().get("/", stubborn);
        fixture.routes().get("/plain", answer_plainly);
        fixture.routes().get("/stay", say_farewell);
        fixture.start();
        auto staying = ask(fixture, "/stay");
        CHECK(staying.next_event()->data() == "hello");
        auto leaving = ask(fixture);
        leaving.reset();
        CHECK(ask(fixture, "/plain").read_body() == "plain");
        CHECK(fixture.wait_for_log(ended_by_us));
        CHECK(fixture.wait_for_stats([](server_stats const& now) { return now.handlers == 1; }));
        CHECK(fixture.stats().handlers_failed == 1);
        CHECK(fixture.count_logged("failed") == 1);
        fixture.stop();
        CHECK(staying.next_event()->data() == "server stopping");
    }
}

// One that is at work without a pause holds up nobody either: others are answered, and the server stops.
TEST_CASE("a handler that publishes without a pause holds up nobody")
{
    topic news;
    tidings::channel<int> enough;
    server_fixture fixture;
    fixture.routes().get("/", std::bind_front(publish_for_ever, std::ref(news), enough));
    fixture.routes().get("/plain", answer_plainly);
    fixture.start();
    auto first = ask(fixture);
    for (int i = 0; i < 10; ++i)
        CHECK(ask(fixture, "/plain").read_body() == "plain");
    enough.close();
    CHECK(fixture.wait_for_stats(no_handler_is_left));
}
