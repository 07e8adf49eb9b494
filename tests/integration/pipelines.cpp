// SPDX-License-Identifier: BSL-1.0
// Clients that send many requests at once, and what comes between their answers.
#include <tidings/server/server.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::context;
using tidings::request;
using tidings::response;
using tidings::server;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

// Says how many requests there have been, with this one.
asio::awaitable<response> count(int& counted, context, request const&)
{
    auto answer = response::text(std::to_string(++counted));
    co_return answer;
}

asio::awaitable<response> tell(int const& counted, context, request const&)
{
    auto answer = response::text(std::to_string(counted));
    co_return answer;
}

asio::awaitable<response> stop_server(server& stopped, context, request const&)
{
    stopped.stop();
    auto answer = response::text("stopping");
    co_return answer;
}

std::string many(int requests)
{
    std::string all;
    for (int i = 0; i < requests; ++i)
        all += "GET /count HTTP/1.1\r\nHost: a\r\n\r\n";
    return all;
}

void require_answers(client& asking, int requests)
{
    for (int i = 1; i <= requests; ++i) {
        REQUIRE(asking.read_head().status() == 200);
        REQUIRE(asking.read_body() == std::to_string(i));
    }
}

void serve(server_fixture& fixture, int& counted)
{
    fixture.routes().get("/count", std::bind_front(count, std::ref(counted)));
    fixture.routes().get("/stop", std::bind_front(stop_server, std::ref(fixture.routes())));
    fixture.start();
}

} // namespace

// A loop that has a thousand requests of one client at hand answers another client between the first few of
// them. Both have sent all before the loop runs.
TEST_CASE("a client that pipelines keeps nobody waiting")
{
    constexpr int requests = 1000;
    asio::io_context io;
    server embedded(io, {.port = 0}, server_fixture::brisk());
    int counted = 0;
    embedded.get("/count", std::bind_front(count, std::ref(counted)));
    embedded.get("/counted", std::bind_front(tell, std::cref(counted)));
    embedded.start();
    client pipelining(embedded.port());
    pipelining.send(many(requests));
    client other(embedded.port());
    other.get("/counted");
    std::jthread const running([&io] { io.run(); });
    CHECK(other.read_head().status() == 200);
    CHECK(std::stoi(other.read_body()) < requests / 10);
    require_answers(pipelining, requests);
    embedded.stop();
}

// All answers come, in order, also to a client that has half-closed behind its requests, and to one that
// sends more while it is answered; and none of them counts as gone.
TEST_CASE("a thousand pipelined requests")
{
    int counted = 0;
    server_fixture fixture;
    serve(fixture, counted);
    auto asking = fixture.connect();
    asking.send(many(600));
    asking.send(many(400) + "GET /co");
    asking.half_close();
    require_answers(asking, 1000);
    CHECK(asking.wait_for_end() == client::ending::closed);
    CHECK(fixture.wait_for_stats(nothing_is_left));
    CHECK(fixture.stats().requests == 1000);
    CHECK(fixture.stats().clients_gone == 0);
}

// A connection is not idle between two requests that have come, however short its idle time is.
TEST_CASE("the idle time does not run while requests wait")
{
    auto options = server_fixture::brisk();
    options.idle_timeout = 1ns;
    int counted = 0;
    server_fixture fixture(options);
    serve(fixture, counted);
    auto asking = fixture.connect();
    asking.send(many(300));
    require_answers(asking, 300);
    CHECK(asking.wait_for_end() == client::ending::closed);
}

// A server that stops between two requests that have come answers one more, and says in it that the
// connection ends. The client knows then what to ask again elsewhere.
TEST_CASE("a stop among pipelined requests")
{
    int counted = 0;
    server_fixture fixture;
    serve(fixture, counted);
    auto asking = fixture.connect();
    asking.send("GET /stop HTTP/1.1\r\nHost: a\r\n\r\n" + many(500));
    CHECK_FALSE(asking.read_head().has_header("Connection"));
    CHECK(asking.read_body() == "stopping");
    bool is_last = false;
    int answers = 0;
    while (!is_last) {
        is_last = asking.read_head().header("Connection") == "close";
        REQUIRE(asking.read_body() == std::to_string(++answers));
    }
    CHECK(asking.wait_for_end() == client::ending::closed);
    fixture.stop();
    CHECK(answers < 500);
    CHECK(fixture.stats().requests == static_cast<std::uint64_t>(answers) + 1);
}

// If what has come is no whole request, nobody waits for the rest of it, wherever in its turns the loop is.
TEST_CASE("a stop in front of half a request")
{
    auto options = server_fixture::brisk();
    options.drain_timeout = 5min;
    options.head_timeout = 5min;
    for (int before = 0; before < 40; ++before) {
        int counted = 0;
        server_fixture fixture(options);
        serve(fixture, counted);
        auto asking = fixture.connect();
        asking.send(many(before) + "GET /stop HTTP/1.1\r\nHost: a\r\n\r\nGET /co");
        require_answers(asking, before);
        CHECK(asking.read_head().status() == 200);
        CHECK(asking.read_body() == "stopping");
        CHECK(asking.wait_for_end() == client::ending::closed);
        fixture.stop();
        CHECK(counted == before);
    }
}
