// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/server_fixture.hpp>

#include "handlers.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::server_stats;
using tidings::testing::client;
using tidings::testing::server_fixture;

namespace {

// The status of the answer to these bytes, after which the server has closed.
int status_of(server_fixture const& fixture, std::string const& bytes)
{
    auto asking = fixture.connect();
    asking.send(bytes);
    int const status = asking.read_head().status();
    CHECK(asking.wait_for_end() == client::ending::closed);
    return status;
}

} // namespace

// Requests over the limits are refused with the status that says which, and the connection is closed.
TEST_CASE("requests over the limits")
{
    auto options = server_fixture::brisk();
    options.head_limit = 1000;
    options.body_limit = 100;
    server_fixture fixture(options);
    fixture.routes().post("/echo", echo);
    fixture.start();
    std::string const host = "Host: a\r\n";
    std::string const large(2000, 'x');
    CHECK(status_of(fixture, "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 101\r\n\r\n") == 413);
    CHECK(status_of(fixture, "GET /" + large + " HTTP/1.1\r\n" + host + "\r\n") == 414);
    CHECK(status_of(fixture, "GET / HTTP/1.1\r\n" + host + "X: " + large + "\r\n\r\n") == 431);
    CHECK(status_of(fixture, "POST /echo HTTP/1.1\r\n" + host +
                                 "Content-Length: 1\r\nExpect: wonders\r\n\r\n") == 417);
    CHECK(status_of(fixture, "GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(fixture.stats().bad_requests == 5);
}

// A head or a body that does not come in time is answered with 408; a connection that asks nothing is closed.
TEST_CASE("requests that do not arrive")
{
    auto options = server_fixture::brisk();
    options.head_timeout = 50ms;
    options.body_timeout = 50ms;
    options.idle_timeout = 50ms;
    server_fixture fixture(options);
    fixture.routes().get("/plain", answer_plainly);
    fixture.routes().post("/echo", echo);
    fixture.start();
    CHECK(status_of(fixture, "GET /plain HT") == 408);
    CHECK(status_of(fixture, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhal") == 408);
    auto silent = fixture.connect();
    CHECK(silent.read_to_end().empty());
    auto idle = fixture.connect();
    idle.get("/plain");
    CHECK(idle.read_head().status() == 200);
    CHECK(idle.read_body() == "plain");
    CHECK(idle.wait_for_end() == client::ending::closed);
}

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
    options.body_limit = 8 * 1024 * 1024;
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

// Over the limit of connections a client is told to come back later.
TEST_CASE("a full server answers 503")
{
    auto options = server_fixture::brisk();
    options.connections = 1;
    server_fixture fixture(options);
    fixture.routes().get("/", stay_open);
    fixture.start();
    auto first = fixture.connect();
    first.get("/");
    CHECK(first.read_head().status() == 200);
    auto second = fixture.connect();
    auto const refused = second.read_head();
    CHECK(refused.status() == 503);
    CHECK(refused.has_header("Retry-After"));
    CHECK(fixture.stats().refused == 1);
}

// The fifth stream of one address is warned about, once: browsers stop at six.
TEST_CASE("the fifth stream of an address is warned about")
{
    server_fixture fixture;
    fixture.routes().get("/", stay_open);
    fixture.start();
    std::vector<client> clients;
    for (int i = 0; i < 7; ++i) {
        CHECK(fixture.count_logged("holds its fifth stream") == (i < 5 ? 0 : 1));
        clients.push_back(fixture.connect());
        clients.back().get("/");
        CHECK(clients.back().read_head().status() == 200);
    }
    CHECK(fixture.count_logged("127.0.0.1 holds its fifth stream") == 1);
}

// Where streams of an address are limited, one more is refused, until one has ended.
TEST_CASE("streams_per_address answers 429")
{
    auto options = server_fixture::brisk();
    options.streams_per_address = 1;
    server_fixture fixture(options);
    fixture.routes().get("/", stay_open);
    fixture.start();
    auto first = fixture.connect();
    first.get("/");
    CHECK(first.read_head().status() == 200);
    auto second = fixture.connect();
    second.get("/");
    auto const refused = second.read_head();
    CHECK(refused.status() == 429);
    CHECK(refused.has_header("Retry-After"));
    CHECK(second.read_body() == "too many streams of this address\n");
    first.close();
    REQUIRE(fixture.wait_for_stats([](server_stats const& now) { return now.streams == 0; }));
    second.get("/");
    CHECK(second.read_head().status() == 200);
}
