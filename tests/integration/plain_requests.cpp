// SPDX-License-Identifier: BSL-1.0
#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <string>

using namespace tidings::test;
using tidings::testing::server_fixture;

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
