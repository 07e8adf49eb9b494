// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/log_requests.hpp>
#include <tidings/wait/after.hpp>

#include "unit/middleware/exchange.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace tidings;
using namespace std::chrono_literals;
using test::exchange;

namespace {

struct kept_lines
{
    middleware logging()
    {
        return log_requests([this](std::string_view line) { lines.emplace_back(line); });
    }
    std::vector<std::string> lines;
};

using lines = std::vector<std::string>;

asio::awaitable<void> fail_at_once(context, request const&, event_stream&)
{
    throw std::runtime_error("broken");
    co_return;
}

asio::awaitable<void> fail_in_the_stream(context, request const&, event_stream& out)
{
    co_await out.send({.data = "x"});
    throw std::runtime_error("broken");
}

asio::awaitable<void> reject_at_the_end(context ctx, request const&, event_stream& out)
{
    after never(10h);
    co_await never.wait(ctx);
    co_await out.reject(503, "too late");
}

asio::awaitable<void> send_last(context, request const&, event_stream& out)
{
    co_await out.finish({.data = "x"});
}

} // namespace

// One line each, without the query, which may hold a ticket.
TEST_CASE("plain answers are logged with their status")
{
    kept_lines kept;
    exchange(kept.logging(), test::say_hello, request::get("/hello?ticket=secret"));
    CHECK(kept.lines == lines{"GET /hello 200 0.000s"});
}

// Who asked stands at the end, where somebody has said so.
TEST_CASE("the line names who asked")
{
    kept_lines kept;
    auto asked = request::get("/hello");
    asked.set_principal("ada");
    exchange(kept.logging(), test::say_hello, std::move(asked));
    CHECK(kept.lines == lines{"GET /hello 200 0.000s (ada)"});
}

// A stream is logged when it is over: how long it was, in the loop's time, and why it ended.
TEST_CASE("streams are logged with their length and their end")
{
    kept_lines kept;
    exchange stream(kept.logging(), test::tick, request::get("/ticks"));
    stream.advance(61s);
    CHECK(kept.lines.empty());
    stream.end(end_reason::client_gone);
    CHECK(kept.lines == lines{"GET /ticks 200 stream 61.000s client gone"});

    exchange(kept.logging(), send_last, request::get("/last"));
    CHECK(kept.lines.back() == "GET /last 200 stream 0.000s finished");
}

// The client left before there was an answer: there is no status.
TEST_CASE("requests that got no answer have no status")
{
    kept_lines kept;
    exchange waiting(kept.logging(), test::tick, request::get("/ticks"));
    waiting.end(end_reason::client_gone);
    CHECK(kept.lines == lines{"GET /ticks - 0.000s client gone"});
}

// An answer that was given although the client may have left has both.
TEST_CASE("an answer behind the end of its context is logged with the reason")
{
    kept_lines kept;
    exchange waiting(kept.logging(), reject_at_the_end, request::get("/late"));
    waiting.end(end_reason::client_gone);
    CHECK(kept.lines == lines{"GET /late 503 0.000s client gone"});
}

// What the server makes of an exception is logged, and the exception goes on to the server.
TEST_CASE("failures are logged and passed on")
{
    kept_lines kept;
    exchange early(kept.logging(), fail_at_once, request::post("/a", ""));
    exchange late(kept.logging(), fail_in_the_stream, request::get("/b"));
    CHECK(kept.lines == lines{"POST /a 500 0.000s failed", "GET /b 200 stream 0.000s failed"});
    CHECK(early.failure());
    CHECK(late.failure());
    CHECK_THROWS_AS(log_requests(nullptr), std::invalid_argument);
}

// The answer has been given by then: a sink on a full disk takes it from nobody.
TEST_CASE("a line that cannot be written")
{
    exchange asked(log_requests([](std::string_view) { throw std::runtime_error("the disk is full"); }),
                   test::say_hello, request::get("/hello"));
    CHECK_FALSE(asked.failure());
}
