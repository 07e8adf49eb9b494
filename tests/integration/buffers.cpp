// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/channel.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <boost/asio/awaitable.hpp>

#include <catch2/catch_test_macros.hpp>

#include <charconv>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::server_stats;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

tidings::server_options with_budget_of_a_megabyte()
{
    auto options = server_fixture::brisk();
    options.buffered_bytes = 1024 * 1024;
    return options;
}

/// Holds as many bytes unsent as the query says until "/go" was asked for, and sends them then.
class holding_streams
{
public:
    asio::awaitable<void> hold(context ctx, request const& asked, event_stream& out)
    {
        co_await out.open();
        int kilobytes = 0;
        auto const text = asked.query("kilobytes");
        std::from_chars(text.data(), text.data() + text.size(), kilobytes);
        std::string const piece(1024, 'x');
        for (int i = 0; i < kilobytes; ++i)
            (void)out.send({.data = piece}); // nothing leaves before something is awaited
        co_await go_.receive(ctx);
        co_await out.send({.type = "last", .data = "over"});
    }

    asio::awaitable<tidings::response> go(context, request const&)
    {
        go_.close();
        auto gone = tidings::response::text("gone");
        co_return gone;
    }

private:
    tidings::channel<bool> go_{1};
};

client holding(server_fixture const& fixture, std::string const& kilobytes)
{
    return ask(fixture, "/hold?kilobytes=" + kilobytes);
}

bool holds_nothing(server_stats const& now)
{
    return now.buffered_bytes < 64 * 1024;
}

void upload(client& asking, std::size_t size, std::size_t sent)
{
    asking.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
                std::string(sent, 'x'));
}

} // namespace

// A server that holds more unsent bytes than its budget cuts the stream that holds most of them, and no other
// notices.
TEST_CASE("at the budget the stream that holds most is cut")
{
    holding_streams streams;
    server_fixture fixture(with_budget_of_a_megabyte());
    fixture.routes().get("/hold", std::bind_front(&holding_streams::hold, &streams));
    fixture.routes().get("/go", std::bind_front(&holding_streams::go, &streams));
    fixture.start();
    auto small = holding(fixture, "250");
    auto large = holding(fixture, "500");
    auto middle = holding(fixture, "350");
    CHECK(large.wait_for_end() == client::ending::reset);
    CHECK(fixture.wait_for_log("the server's buffers were full (buffered_bytes), and it held most of them"));
    REQUIRE(fixture.wait_for_stats([](server_stats const& now) { return now.streams == 2; }));
    CHECK(fixture.stats().queue_overflows == 1);
    auto const gone = ask(fixture, "/go");
    for (auto* each : {&small, &middle})
        CHECK(each->read_body().ends_with("event: last\ndata: over\n\n"));
    CHECK(fixture.wait_for_stats(holds_nothing));
}

// So it is with bodies that come in: the largest is refused for a while, and the others are taken.
TEST_CASE("at the budget the largest body is refused")
{
    server_fixture fixture(with_budget_of_a_megabyte());
    fixture.routes().post("/echo", echo);
    fixture.start();
    auto large = fixture.connect();
    upload(large, 600'000, 400'000);
    std::vector<client> others;
    for (int i = 0; i < 8; ++i) {
        others.push_back(fixture.connect());
        upload(others.back(), 100'000, 90'000);
    }
    auto const head = large.read_head();
    CHECK(head.status() == 503);
    CHECK(head.has_header("Retry-After"));
    for (auto& each : others) {
        each.send(std::string(10'000, 'x'));
        CHECK(each.read_head().status() == 200);
        CHECK(each.read_body().size() == 100'000);
    }
    CHECK(fixture.stats().refused == 1);
    CHECK(fixture.wait_for_stats(holds_nothing));
}

// What holds most may live on another loop than what is too much.
TEST_CASE("at the budget the loop that holds most gives")
{
    holding_streams streams;
    auto options = with_budget_of_a_megabyte();
    options.loops = 2;
    server_fixture fixture(options);
    fixture.routes().get("/hold", std::bind_front(&holding_streams::hold, &streams));
    fixture.start();
    auto large = holding(fixture, "700");
    std::vector<client> others;
    for (int i = 0; i < 4; ++i)
        others.push_back(holding(fixture, "110"));
    CHECK(large.wait_for_end() == client::ending::reset);
    CHECK(fixture.wait_for_stats([](server_stats const& now) { return now.streams == 4; }));
    CHECK(fixture.stats().queue_overflows == 1);
}

// 0 is no budget.
TEST_CASE("a server without a budget holds what its streams may hold")
{
    holding_streams streams;
    auto options = with_budget_of_a_megabyte();
    options.buffered_bytes = 0;
    server_fixture fixture(options);
    fixture.routes().get("/hold", std::bind_front(&holding_streams::hold, &streams));
    fixture.routes().get("/go", std::bind_front(&holding_streams::go, &streams));
    fixture.start();
    std::vector<client> all;
    for (int i = 0; i < 4; ++i)
        all.push_back(holding(fixture, "500"));
    CHECK(fixture.wait_for_stats([](server_stats const& now) { return now.buffered_bytes > 2'000'000; }));
    auto const gone = ask(fixture, "/go");
    for (auto& each : all)
        CHECK(each.read_body().ends_with("event: last\ndata: over\n\n"));
}
