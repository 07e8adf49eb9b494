// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/wait/after.hpp>

#include "topic_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
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

asio::awaitable<void> attach_or_note(topic& news, std::string* refusal, context, request const&,
                                     event_stream& out)
{
    news.attach(out);
    try {
        (void)out.send({.data = "too late"});
    } catch (std::logic_error const& error) {
        *refusal = error.what();
    }
    co_return;
}

asio::awaitable<void> attach_and_wait(topic& news, context ctx, request const&, event_stream& out)
{
    news.attach(out);
    tidings::after never(10h);
    co_await never.wait(ctx);
}

} // namespace

// A handed-over stream lives on without its handler, refuses what the handler still tries, and is finished
// with its topic.
TEST_CASE_METHOD(topic_fixture, "an attached stream")
{
    std::string refusal;
    stream client(time, std::bind_front(attach_or_note, std::ref(news), &refusal), request::get("/"));
    CHECK(refusal.find("handed over to a topic") != std::string::npos);
    CHECK_FALSE(client.is_over());
    publish("a");
    CHECK(data_of(client) == texts{"a"});
    time.advance(15s);
    CHECK(client.comments() == texts{"ping"});
    news.close();
    time.run_until_idle();
    CHECK(client.is_over());
    CHECK(client.text().find(";finished\n") != std::string::npos);
    CHECK(news.subscribers() == 0);
}

// An attached stream whose client leaves is given up.
TEST_CASE_METHOD(topic_fixture, "an attached client leaves")
{
    std::string refusal;
    stream client(time, std::bind_front(attach_or_note, std::ref(news), &refusal), request::get("/"));
    client.leave();
    CHECK(client.is_over());
    CHECK(news.subscribers() == 0);
    CHECK(news.publish({.data = "a"}).receivers == 0);
}

// It ends as a server would end it: with its topic, closed before, or when the server stops while its handler
// is still at work.
TEST_CASE_METHOD(topic_fixture, "an attached stream that is to end")
{
    std::string refusal;
    SECTION("its handler waits as the server stops")
    {
        stream client(time, std::bind_front(attach_and_wait, std::ref(news)), request::get("/"));
        CHECK_FALSE(client.is_over());
        client.stop_server();
        CHECK(client.is_over());
    }
    SECTION("the topic is closed already")
    {
        news.close();
        stream client(time, std::bind_front(attach_or_note, std::ref(news), &refusal), request::get("/"));
        CHECK(client.is_over());
    }
    CHECK(news.subscribers() == 0);
}
