// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/stream.hpp>
#include <tidings/wait/after.hpp>

#include "handlers.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::cut_reason;
using tidings::event_stream;
using tidings::request;
using tidings::test::greet;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

asio::awaitable<void> send_much_later(context ctx, request const&, event_stream& out)
{
    tidings::after pause(1s);
    co_await pause.wait(ctx);
    std::string const data(20, 'x');
    for (int i = 0; i < 10; ++i)
        co_await out.send({.data = data});
}

} // namespace

// A client that does not read holds the handler up, and is let go at the write deadline.
TEST_CASE("a slow reader holds the handler up until the write deadline")
{
    virtual_time time;
    tidings::server_options patient;
    patient.drain_timeout = 1min;
    stream client(time, greet, request::get("/"), patient);
    client.stop_reading(10);
    client.stop_server(); // the farewell waits for room
    CHECK_FALSE(client.is_over());
    time.advance(5s);
    CHECK_FALSE(client.is_over());
    SECTION("it reads on in time")
    {
        client.resume_reading();
        CHECK(client.is_over());
        CHECK(client.events().size() == 2);
        CHECK_FALSE(client.why_cut());
    }
    SECTION("it does not")
    {
        time.advance(5s);
        CHECK(client.is_over());
        CHECK(client.why_cut() == cut_reason::write_timeout);
        CHECK(client.events().size() == 1);
    }
}

// A stop between any two bytes loses and doubles nothing.
TEST_CASE("a reader that stops at any byte gets everything")
{
    virtual_time time;
    stream undisturbed(time, send_much_later, request::get("/"));
    time.advance(1s);
    REQUIRE(undisturbed.is_over());
    REQUIRE(undisturbed.events().size() == 10);
    for (std::size_t at = 0; at <= undisturbed.text().size(); ++at) {
        stream stopped(time, send_much_later, request::get("/"));
        stopped.stop_reading(at);
        time.advance(1s);
        REQUIRE(stopped.text().size() == at);
        stopped.resume_reading();
        CHECK(stopped.text() == undisturbed.text());
        CHECK(stopped.is_over());
    }
}
