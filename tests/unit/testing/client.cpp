// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/client.hpp>
#include <tidings/testing/server_fixture.hpp>
#include <tidings/wait/after.hpp>

#include <boost/asio/awaitable.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using namespace tidings::testing;

namespace {

asio::awaitable<void> two_events(context, request const&, event_stream& out)
{
    co_await out.send({.id = "1", .data = "one"});
    co_await out.send({.type = "second", .data = "two"});
}

asio::awaitable<void> say_nothing(context ctx, request const&, event_stream&)
{
    co_await tidings::after(10h).wait(ctx);
}

asio::awaitable<tidings::response> plain(context, request const&)
{
    co_return tidings::response::text("plain");
}

} // namespace

// Streams are read out of their chunks, plain answers by their length.
TEST_CASE("a client reads streams and plain answers")
{
    server_fixture fixture;
    fixture.routes().get("/events", two_events);
    fixture.routes().get("/plain", plain);
    fixture.start();
    auto reader = fixture.connect();
    reader.get("/plain");
    CHECK(reader.read_head().status() == 200);
    CHECK(reader.read_body() == "plain");
    CHECK(reader.is_body_complete());
    reader.get("/events");
    CHECK(reader.read_head().status() == 200);
    CHECK(reader.next_event() == tidings::received_event("1", "message", "one"));
    CHECK(reader.next_event() == tidings::received_event("1", "second", "two"));
    CHECK_FALSE(reader.next_event());
    CHECK(reader.is_body_complete());
    CHECK(reader.wait_for_end() == client::ending::closed);
}

// No call of a client waits for ever.
TEST_CASE("a client gives up after its limit")
{
    server_fixture fixture;
    fixture.routes().get("/silent", say_nothing);
    fixture.start();
    auto reader = fixture.connect({.limit = 20ms});
    reader.get("/silent");
    CHECK_THROWS_AS(reader.read_head(), std::runtime_error);
    CHECK_THROWS_AS(client(1), std::runtime_error);
}
