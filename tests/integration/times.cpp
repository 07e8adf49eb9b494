// SPDX-License-Identifier: BSL-1.0
// Every time of a server at its ends.
#include <tidings/wait/after.hpp>
#include <tidings/wait/channel.hpp>
#include <tidings/wait/done.hpp>

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
using tidings::duration;
using tidings::event_stream;
using tidings::request;
using tidings::response;
using tidings::server_options;
using tidings::server_stats;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

struct named_time
{
    char const* name;
    duration server_options::* which;
};

constexpr named_time all_times[] = {
    {"keep_alive", &server_options::keep_alive},       {"grace_timeout", &server_options::grace_timeout},
    {"drain_timeout", &server_options::drain_timeout}, {"write_timeout", &server_options::write_timeout},
    {"head_timeout", &server_options::head_timeout},   {"body_timeout", &server_options::body_timeout},
    {"idle_timeout", &server_options::idle_timeout},   {"maximum_age", &server_options::maximum_age},
};

server_options with(duration server_options::* which, duration value)
{
    auto options = server_fixture::brisk();
    options.*which = value;
    return options;
}

// Answers when the loop's timers have had several turns: what was due at once has happened by then.
asio::awaitable<response> answer_soon(context ctx, request const&)
{
    tidings::after moment(5ms);
    co_await moment.wait(ctx);
    co_return response::text("soon");
}

asio::awaitable<void> greet_twice(tidings::channel<int> go, context ctx, request const&, event_stream& out)
{
    co_await out.send({.data = "hello"});
    auto const went = co_await go.receive(ctx);
    if (went)
        co_await out.send({.data = "bye"});
}

asio::awaitable<void> send_endlessly(context, request const&, event_stream& out)
{
    std::string const text(10'000, 'x');
    bool is_there = true;
    while (is_there)
        is_there = co_await out.send({.data = text});
}

// Takes a while when the server stops.
asio::awaitable<void> tidy_up(context ctx)
{
    tidings::done end(ctx);
    auto const own = context::root(ctx.get_executor());
    co_await end.wait(own);
    tidings::after moment(20ms);
    co_await moment.wait(own);
}

/// A server at which nothing happens for the reason that time has passed.
class unhurried : public server_fixture
{
public:
    explicit unhurried(server_options options) : server_fixture(std::move(options))
    {
        routes().get("/soon", answer_soon);
        routes().get("/stay", say_farewell);
        routes().get("/hang", hang_in_asio);
        routes().get("/flood", send_endlessly);
        routes().post("/echo", echo);
        routes().get("/twice", std::bind_front(greet_twice, go));
        start();
    }

    void let_time_pass()
    {
        auto other = ask(*this, "/soon");
        CHECK(other.read_body() == "soon");
    }

    tidings::channel<int> go{1};
};

void serve_slowly(unhurried& fixture)
{
    auto slow = fixture.connect();
    slow.send("POST /echo HTTP/1.1\r\n");
    fixture.let_time_pass();
    slow.send("Host: x\r\nContent-Length: 10\r\n\r\n12345");
    fixture.let_time_pass();
    slow.send("67890");
    CHECK(slow.read_head().status() == 200);
    CHECK(slow.read_body() == "1234567890");
    fixture.let_time_pass();
    slow.get("/twice");
    CHECK(slow.read_head().status() == 200);
    CHECK(slow.read_until("hello\n\n").find("ping") == std::string::npos);
    fixture.let_time_pass();
    CHECK(fixture.go.try_send(1));
    auto const rest = slow.read_until("bye\n\n"); // and no comment before
    CHECK(rest.find("ping") == std::string::npos);
}

} // namespace

// Zero and below is no limit, the largest time is never: whatever the option, a client that takes its time is
// served, a quiet stream stays quiet, and a server stops.
TEST_CASE("times without a limit")
{
    for (auto const& [name, which] : all_times)
        for (duration const value : {duration(0), duration(-1), duration::min(), duration::max()}) {
            INFO(name << " = " << value.count() << " ns");
            unhurried fixture(with(which, value));
            serve_slowly(fixture);
            auto staying = ask(fixture, "/stay");
            CHECK(staying.next_event()->data() == "hello");
            fixture.routes().spawn(tidy_up);
            fixture.stop();
            if (which != &server_options::drain_timeout || value > duration::zero()) {
                CHECK(staying.next_event()->data() == "server stopping");
                CHECK(fixture.count_logged("work in the background") == 0);
            }
            CHECK(fixture.stats().handlers == 0);
            CHECK(fixture.stats().handlers_abandoned == 0);
        }
}

// A nanosecond is a limit like any other, and over within a step of the wheel.
TEST_CASE("the shortest times")
{
    SECTION("keep_alive: a comment follows the other")
    {
        unhurried fixture(with(&server_options::keep_alive, 1ns));
        auto quiet = ask(fixture, "/stay");
        for (int i = 0; i < 3; ++i)
            CHECK(quiet.read_until("ping\n\n").ends_with("ping\n\n"));
    }
    SECTION("grace_timeout: a handler in a raw wait is canceled at once")
    {
        unhurried fixture(with(&server_options::grace_timeout, 1ns));
        ask(fixture, "/hang").reset();
        CHECK(fixture.wait_for_stats(nothing_is_left));
    }
    SECTION("drain_timeout: a stop cuts what is open")
    {
        unhurried fixture(with(&server_options::drain_timeout, 1ns));
        auto open = ask(fixture, "/hang");
        fixture.stop();
        (void)open.wait_for_end();
    }
    SECTION("write_timeout: who does not read is cut")
    {
        unhurried fixture(with(&server_options::write_timeout, 1ns));
        auto deaf = fixture.connect({.receive_buffer = 4096});
        deaf.get("/flood");
        CHECK(fixture.wait_for_stats(
            [](server_stats const& now) { return now.streams_opened == 1 && nothing_is_left(now); }));
    }
    SECTION("head_timeout: half a head is refused")
    {
        unhurried fixture(with(&server_options::head_timeout, 1ns));
        auto slow = fixture.connect();
        slow.send("GET / HTTP/1.1\r\n");
        CHECK(slow.read_head().status() == 408);
    }
    SECTION("body_timeout: half a body is refused")
    {
        unhurried fixture(with(&server_options::body_timeout, 1ns));
        auto slow = fixture.connect();
        slow.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345");
        CHECK(slow.read_head().status() == 408);
    }
    SECTION("idle_timeout: a connection ends behind its answer")
    {
        unhurried fixture(with(&server_options::idle_timeout, 1ns));
        auto idle = ask(fixture, "/soon");
        CHECK(idle.read_body() == "soon");
        CHECK(idle.wait_for_end() == client::ending::closed);
    }
    SECTION("maximum_age: a stream ends as soon as it has begun")
    {
        unhurried fixture(with(&server_options::maximum_age, 1ns));
        auto young = ask(fixture, "/stay");
        CHECK(young.read_body().find("deadline exceeded") != std::string::npos);
    }
}
