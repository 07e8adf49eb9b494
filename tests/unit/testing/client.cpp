// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/client.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/ticker.hpp>

#include "support/server_fixture.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using namespace tidings::testing;
using tidings::test::server_fixture;

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

// For three seconds, so that a client without a limit fails its test, and does not hang in it.
asio::awaitable<void> trickle(context ctx, request const&, event_stream& out)
{
    tidings::ticker often(1ms);
    for (int left = 3000; co_await often.tick(ctx); --left) {
        if (left == 0)
            break;
        co_await out.comment("more");
    }
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
    reader.get("/events", "Connection: close\r\n");
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

// The limit is one for the whole call: bytes that keep coming do not renew it.
TEST_CASE("a client gives up on a server that trickles")
{
    server_fixture fixture;
    fixture.routes().get("/trickle", trickle);
    fixture.start();
    auto reader = fixture.connect({.limit = 50ms});
    reader.get("/trickle");
    CHECK(reader.read_head().status() == 200);
    SECTION("read_until")
    {
        CHECK_THROWS_AS(reader.read_until("never"), std::runtime_error);
    }
    SECTION("read_body")
    {
        CHECK_THROWS_AS(reader.read_body(), std::runtime_error);
    }
    SECTION("next_event")
    {
        CHECK_THROWS_AS(reader.next_event(), std::runtime_error);
    }
    SECTION("read_to_end")
    {
        CHECK_THROWS_AS(reader.read_to_end(), std::runtime_error);
    }
    SECTION("wait_for_end")
    {
        CHECK_THROWS_AS(reader.wait_for_end(), std::runtime_error);
    }
    CHECK_NOTHROW(reader.read_until("more")); // the next call has its own time
}

// Nor does a client wait for ever for a server that takes nothing.
TEST_CASE("a client gives up on a server that does not read")
{
    asio::io_context io;
    asio::ip::tcp::acceptor const deaf(io, {asio::ip::address_v4::loopback(), 0});
    client writer(deaf.local_endpoint().port(), {.limit = 20ms});
    std::string const much(64 * 1024 * 1024, 'x');
    CHECK_THROWS_AS(writer.send(much), std::runtime_error);
}

TEST_CASE("a client gives up on a server that does not accept")
{
    auto const path =
        std::filesystem::temp_directory_path() / ("client-" + std::to_string(::getpid()) + ".sock");
    asio::io_context io;
    asio::local::stream_protocol::acceptor deaf(io);
    deaf.open();
    deaf.bind(path.string());
    deaf.listen(0);
    auto const first = client::over_unix_socket(path, {.limit = 20ms}); // has the only place in the queue
    CHECK_THROWS_AS(client::over_unix_socket(path, {.limit = 20ms}), std::runtime_error);
    std::filesystem::remove(path);
}
