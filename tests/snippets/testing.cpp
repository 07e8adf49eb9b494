// SPDX-License-Identifier: BSL-1.0
// [includes]
#include <tidings/testing.hpp>
#include <tidings/tidings.hpp>

#include <catch2/catch_test_macros.hpp>
// [/includes]

#include <fmt/format.h>

#include <stdexcept>

using namespace std::chrono_literals;

// [handler]
boost::asio::awaitable<void> count_minutes(tidings::context ctx, tidings::request const& request,
                                           tidings::event_stream& out)
{
    if (request.query("from").empty())
        throw std::runtime_error("no start was given");
    tidings::ticker every_minute(60s);
    for (int minutes = std::stoi(request.query("from")); co_await every_minute.tick(ctx); ++minutes)
        co_await out.send({.id = fmt::to_string(minutes), .data = fmt::format("{} minutes", minutes)});
    if (ctx.reason() == tidings::end_reason::server_stopping)
        co_await out.send({.type = "closing", .data = "back in a moment"});
}
// [/handler]

// [events]
TEST_CASE("an hour of minutes, in a moment")
{
    tidings::testing::virtual_time time;
    tidings::testing::stream client(time, count_minutes, tidings::request::get("/minutes?from=1"));
    time.advance(1h);
    REQUIRE(client.events().size() == 60);
    CHECK(client.events().front().data() == "1 minutes");
    CHECK_FALSE(client.comments().empty()); // the keep-alive runs in virtual time as well
}
// [/events]

// [leaving]
TEST_CASE("the handler is over when its client leaves")
{
    tidings::testing::virtual_time time;
    tidings::testing::stream client(time, count_minutes, tidings::request::get("/minutes?from=1"));
    client.leave();
    CHECK(client.is_over());
    CHECK(client.reason() == tidings::end_reason::client_gone);
}
// [/leaving]

// [vanishing]
TEST_CASE("the handler is over when its client has vanished")
{
    tidings::testing::virtual_time time;
    tidings::testing::stream client(time, count_minutes, tidings::request::get("/minutes?from=1"));
    client.vanish();
    CHECK_FALSE(client.is_over()); // nobody can know yet
    time.advance(25s);             // a comment after 15 s of silence, and the write timeout
    CHECK(client.why_cut() == tidings::cut_reason::write_timeout);
    CHECK(client.is_over());
}
// [/vanishing]

// [stopping]
TEST_CASE("the handler says farewell when the server stops")
{
    tidings::testing::virtual_time time;
    tidings::testing::stream client(time, count_minutes, tidings::request::get("/minutes?from=1"));
    client.stop_server();
    auto const farewell = client.next_event();
    REQUIRE(farewell);
    CHECK(farewell->type() == "closing");
    CHECK(client.is_over());
}
// [/stopping]

// [failing]
TEST_CASE("a request without a start is an error")
{
    tidings::testing::virtual_time time;
    tidings::testing::stream client(time, count_minutes, tidings::request::get("/minutes"));
    REQUIRE(client.is_over());
    CHECK(client.status() == 500);
}
// [/failing]

// [slow]
TEST_CASE("a client that stops reading is cut after the write timeout")
{
    tidings::testing::virtual_time time;
    tidings::testing::stream client(time, count_minutes, tidings::request::get("/minutes?from=1"));
    client.stop_reading();
    time.advance(2min);
    CHECK(client.why_cut() == tidings::cut_reason::write_timeout);
}
// [/slow]
