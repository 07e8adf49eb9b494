// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/stream.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/ticker.hpp>

#include "handlers.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::cut_reason;
using tidings::end_reason;
using tidings::event_stream;
using tidings::request;
using tidings::test::greet;
using tidings::test::wait_bound;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

asio::awaitable<void> count_seconds(context ctx, request const&, event_stream& out)
{
    tidings::ticker every_second(1s);
    for (int i = 1; co_await every_second.tick(ctx); ++i)
        co_await out.send({.id = std::to_string(i), .type = "count", .data = std::to_string(i)});
}

asio::awaitable<void> be_silent(context ctx, request const&, event_stream&)
{
    tidings::after never(10h);
    co_await never.wait(ctx);
}

asio::awaitable<void> throw_before(context, request const&, event_stream&)
{
    throw std::runtime_error("before");
    co_return;
}

asio::awaitable<void> throw_after(context, request const&, event_stream& out)
{
    co_await out.send({.data = "one"});
    throw std::runtime_error("after");
}

asio::awaitable<void> refuse_and_wait_bound(context ctx, request const&, event_stream& out)
{
    co_await out.reject(404, "no such build");
    co_await wait_bound(ctx);
}

asio::awaitable<tidings::response> tell_plainly(context, request const& asked)
{
    co_return tidings::response::text("you asked " + std::string(asked.path()));
}

} // namespace

// Opening returns at the first wait; a minute passes in one call; events are values.
TEST_CASE("a handler runs in virtual time")
{
    virtual_time time;
    stream client(time, count_seconds, request::get("/count"));
    CHECK(client.events().empty());
    CHECK_FALSE(client.head());
    time.advance(60s);
    REQUIRE(client.events().size() == 60);
    CHECK(client.events()[2] == tidings::received_event("3", "count", "3"));
    CHECK(client.next_event()->data() == "1");
    CHECK(client.next_event()->data() == "2");
    CHECK(client.head()->status() == 200);
    CHECK(client.head()->header("Content-Type") == "text/event-stream");
}

// What the handler sends before it first waits is there when the stream is.
TEST_CASE("opening runs the handler to its first wait")
{
    virtual_time time;
    stream client(time, greet, request::get("/greet").with_param("name", "Ada"));
    REQUIRE(client.events().size() == 1);
    CHECK(client.next_event()->data() == "hello Ada");
    CHECK_FALSE(client.next_event());
    CHECK_FALSE(client.is_over());
    CHECK(client.reason() == end_reason::none);
}

// A client that leaves ends the context, and gets nothing any more.
TEST_CASE("the client leaves")
{
    virtual_time time;
    stream client(time, greet, request::get("/greet"));
    client.leave();
    CHECK(client.is_over());
    CHECK(client.reason() == end_reason::client_gone);
    CHECK(client.events().size() == 1);
    CHECK_FALSE(client.failure());
}

// A server that stops lets the handler say farewell.
TEST_CASE("the server stops")
{
    virtual_time time;
    stream client(time, greet, request::get("/greet"));
    client.stop_server();
    CHECK(client.is_over());
    CHECK(client.reason() == end_reason::server_stopping);
    REQUIRE(client.events().size() == 2);
    CHECK(client.events()[1].data() == "server stopping");
}

// The keep-alive of a silent stream, at its default of fifteen seconds.
TEST_CASE("a silent stream is kept alive")
{
    virtual_time time;
    stream client(time, be_silent, request::get("/"));
    time.advance(14999ms);
    CHECK(client.comments().empty());
    CHECK_FALSE(client.head());
    time.advance(60s);
    CHECK(client.comments() == std::vector<std::string>(4, "ping"));
    CHECK(client.text().find("\n\n: ping\n\n") != std::string::npos); // behind `retry:`
    CHECK(client.head());
}

// A handler's exceptions: before the head a 500, after it a cut, with last words where they are given.
TEST_CASE("exceptions of the handler")
{
    virtual_time time;
    SECTION("before the head")
    {
        stream client(time, throw_before, request::get("/"));
        REQUIRE(client.is_over());
        CHECK(client.status() == 500);
        CHECK(client.head()->status() == 500);
        CHECK(client.failure());
        CHECK_FALSE(client.why_cut());
    }
    SECTION("after the head")
    {
        tidings::server_options options;
        options.on_handler_error = [](std::exception_ptr, request const&) {
            return tidings::event_text({.type = "error", .data = "sorry"});
        };
        stream client(time, throw_after, request::get("/"), options);
        CHECK(client.is_over());
        CHECK(client.why_cut() == cut_reason::handler_failed);
        REQUIRE(client.events().size() == 2);
        CHECK(client.events()[1].type() == "error");
        CHECK_THROWS_AS(std::rethrow_exception(client.failure()), std::runtime_error);
    }
}

// What has been answered is sent, whatever the handler waits for behind it.
TEST_CASE("a handler that is aborted behind its answer")
{
    virtual_time time;
    stream client(time, refuse_and_wait_bound, request::get("/"));
    client.stop_server();
    CHECK(client.is_over());
    REQUIRE(client.head());
    CHECK(client.head()->status() == 404);
    CHECK_FALSE(client.failure());
}

// Plain handlers answer with their response.
TEST_CASE("a plain handler answers")
{
    virtual_time time;
    stream client(time, tell_plainly, request::get("/plain"));
    CHECK(client.is_over());
    REQUIRE(client.is_over());
    CHECK(client.text() == "you asked /plain");
    CHECK(client.head()->header("Content-Length") == "16");
}
