// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/after.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

// Late enough for what the client has done meanwhile to be seen first.
asio::awaitable<tidings::response> answer_later(tidings::context ctx, tidings::request const&)
{
    tidings::after a_while(50ms);
    co_await a_while.wait(ctx);
    co_return tidings::response::text("later");
}

asio::awaitable<void> refuse_later(tidings::context ctx, tidings::request const&, tidings::event_stream& out)
{
    tidings::after a_while(50ms);
    co_await a_while.wait(ctx);
    co_await out.reject(404, "no such build");
}

} // namespace

// Requests that are sent at once are answered one after the other, in order.
TEST_CASE("pipelined requests")
{
    server_fixture fixture;
    fixture.routes().get("/plain", answer_plainly);
    fixture.routes().post("/echo", echo);
    fixture.start();
    auto asking = fixture.connect();
    std::string bytes;
    for (int i = 0; i < 20; ++i)
        bytes += "GET /plain HTTP/1.1\r\nHost: a\r\n\r\n"
                 "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n" +
                 std::to_string(10 + i);
    asking.send(bytes);
    for (int i = 0; i < 20; ++i) {
        CHECK(asking.read_head().status() == 200);
        CHECK(asking.read_body() == "plain");
        CHECK(asking.read_head().status() == 200);
        CHECK(asking.read_body() == std::to_string(10 + i));
    }
    CHECK(fixture.stats().accepted == 1);
    CHECK(fixture.stats().requests == 40);
}

// A client that sends faster than it is answered is held back, and nothing is lost: of what comes meanwhile
// no more is read than one head may have, and a buffer of input.
TEST_CASE("many pipelined requests")
{
    auto options = server_fixture::brisk();
    options.head_bytes = 200;
    server_fixture fixture(options);
    fixture.routes().post("/later", answer_later);
    fixture.routes().post("/plain", answer_plainly);
    fixture.start();
    auto const post = [](std::string const& path) {
        return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" +
               std::string(1000, 'x');
    };
    std::string bytes = post("/later");
    for (int i = 0; i < 300; ++i)
        bytes += post("/plain");
    auto asking = fixture.connect();
    asking.send(bytes);
    CHECK(asking.read_head().status() == 200);
    CHECK(asking.read_body() == "later");
    for (int i = 0; i < 300; ++i) {
        REQUIRE(asking.read_head().status() == 200);
        REQUIRE(asking.read_body() == "plain");
    }
}

// Requests that came whole are answered, also when the client has closed its sending half behind them.
TEST_CASE("pipelined requests of a half-closed client")
{
    one_route fixture(answer_later);
    auto asking = fixture.connect();
    asking.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
                "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT");
    asking.half_close();
    for (int i = 0; i < 3; ++i) {
        CHECK(asking.read_head().status() == 200);
        CHECK(asking.read_body() == "later");
    }
    CHECK(asking.wait_for_end() == client::ending::closed);
    CHECK(fixture.wait_for_stats(nothing_is_left));
    CHECK(fixture.stats().requests == 3);
}

// The same when the ones behind the first are answered at once, in the turn that ends it.
TEST_CASE("pipelined requests of a half-closed client that are answered at once")
{
    server_fixture fixture;
    fixture.routes().get("/later", answer_later);
    fixture.routes().get("/plain", answer_plainly);
    fixture.start();
    auto asking = fixture.connect();
    asking.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET /plain HTTP/1.1\r\nHost: a\r\n\r\n"
                "GET /plain HTTP/1.1\r\nHost: a\r\n\r\n");
    asking.half_close();
    for (auto const* const answer : {"later", "plain", "plain"}) {
        CHECK(asking.read_head().status() == 200);
        CHECK(asking.read_body() == answer);
    }
    CHECK(asking.wait_for_end() == client::ending::closed);
    CHECK(fixture.wait_for_stats(nothing_is_left));
}

// A client has nothing to say while a stream is open, so its input is thrown away; what comes after a part
// that is missing would be misread. The client is told by the end of the connection to ask again.
TEST_CASE("a request behind a stream that is refused late")
{
    auto options = server_fixture::brisk();
    options.idle_timeout = 1min;
    one_route fixture(refuse_later, options);
    auto asking = fixture.connect();
    asking.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(asking.read_head().status() == 404);
    CHECK(asking.read_body() == "no such build");
    CHECK(asking.wait_for_end() == client::ending::closed);
    asking.close();
    CHECK(fixture.wait_for_stats(nothing_is_left));
    CHECK(fixture.stats().requests == 1);
}

// Nor does it open the stream: the status is still the handler's to say.
TEST_CASE("a stream of a half-closed client that is refused late")
{
    one_route fixture(refuse_later);
    auto asking = fixture.connect();
    asking.get("/");
    asking.half_close();
    CHECK(asking.read_head().status() == 404);
    CHECK(asking.read_body() == "no such build");
    CHECK(fixture.wait_for_stats(no_handler_is_left));
}

// A stream among them is treated as if the end had come while it was open.
TEST_CASE("a pipelined stream of a half-closed client")
{
    for (auto const on_half_close : {tidings::half_close::probe, tidings::half_close::end}) {
        auto options = server_fixture::brisk();
        options.on_half_close = on_half_close;
        server_fixture fixture(options);
        fixture.routes().get("/", answer_later);
        fixture.routes().get("/stream", say_farewell);
        fixture.start();
        auto asking = fixture.connect();
        asking.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
        asking.half_close();
        CHECK(asking.read_head().status() == 200);
        CHECK(asking.read_body() == "later");
        if (on_half_close == tidings::half_close::probe) {
            CHECK(asking.read_until(": ping\n\n").ends_with(": ping\n\n"));
            CHECK(fixture.stats().streams == 1);
        } else {
            CHECK(asking.wait_for_end() == client::ending::closed);
            CHECK(fixture.wait_for_stats(nothing_is_left));
            CHECK(fixture.stats().clients_gone == 1);
        }
    }
}

// A client of HTTP/1.0 is closed on behind its answer, unless it asks for more.
TEST_CASE("plain requests over HTTP/1.0")
{
    one_route fixture(answer_plainly);
    auto asking = fixture.connect();
    asking.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    auto const first = asking.read_head();
    CHECK(first.header("Connection") == "keep-alive");
    CHECK(first.header("Content-Length") == "5");
    CHECK(asking.read_body() == "plain");
    asking.send("GET / HTTP/1.0\r\n\r\n");
    CHECK(asking.read_head().header("Connection") == "close");
    CHECK(asking.read_body() == "plain");
    CHECK(asking.wait_for_end() == client::ending::closed);
}

// A client that asks whether it may send its body is told to.
TEST_CASE("100-continue")
{
    server_fixture fixture;
    fixture.routes().post("/echo", echo);
    fixture.start();
    auto asking = fixture.connect();
    asking.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    CHECK(asking.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    asking.send("hello");
    CHECK(asking.read_head().status() == 200);
    CHECK(asking.read_body() == "hello");
}

// A body of several megabytes comes back whole, in as many writes as the kernel wants.
TEST_CASE("a large body")
{
    auto options = server_fixture::brisk();
    options.body_bytes = 8 * 1024 * 1024;
    server_fixture fixture(options);
    fixture.routes().post("/echo", echo);
    fixture.start();
    std::string large(4 * 1024 * 1024, 'x');
    for (std::size_t i = 0; i < large.size(); i += 1000)
        large[i] = static_cast<char>('a' + i / 1000 % 26);
    auto asking = fixture.connect();
    asking.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(large.size()) +
                "\r\n\r\n");
    asking.send(large);
    CHECK(asking.read_head().status() == 200);
    CHECK((asking.read_body() == large)); // too long to be printed
}
