// SPDX-License-Identifier: BSL-1.0
#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::server_stats;
using tidings::test::server_fixture;
using tidings::testing::client;

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
    options.head_bytes = 1000;
    options.body_bytes = 100;
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
    CHECK(status_of(fixture, "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n65\r\n") ==
          413);
    CHECK(status_of(fixture, "POST /echo HTTP/1.1\r\n" + host +
                                 "Content-Length: 101\r\nExpect: 100-continue\r\n\r\n") == 413);
    CHECK(status_of(fixture, "GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(fixture.stats().bad_requests == 7);
}

// A client that is refused while its body is on the way gets to read why: what it still sends is taken and
// dropped, since a reset could overtake the answer.
TEST_CASE("a refusal reaches a client that is still sending")
{
    auto options = server_fixture::brisk();
    options.body_bytes = 100;
    server_fixture fixture(options);
    fixture.routes().post("/echo", echo);
    fixture.start();
    auto asking = fixture.connect();
    asking.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n");
    CHECK(asking.read_head().status() == 413);
    asking.send(std::string(50'000, 'x'));
    CHECK(asking.wait_for_end() == client::ending::closed);
    CHECK(fixture.stats().connections == 1);
    asking.close();
    CHECK(fixture.wait_for_stats(nothing_is_left));
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
    auto idle = ask(fixture, "/plain");
    CHECK(idle.read_body() == "plain");
    CHECK(idle.wait_for_end() == client::ending::closed);
}

// A body that comes too slowly is not waited for as long as one that comes at the least rate. What waits in
// the kernel for us counts for the client.
TEST_CASE("bodies have a least rate")
{
    auto options = server_fixture::brisk();
    options.least_rate = 1000;
    options.body_timeout = 0s;
    server_fixture fixture(options);
    fixture.routes().post("/echo", echo);
    fixture.start();
    std::string const head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
    auto quick = fixture.connect();
    quick.send(head + std::string(50'000, 'x')); // worth 50 s
    auto slow = fixture.connect();
    slow.send(head + std::string(100, 'x'));
    CHECK(slow.read_head().status() == 408);
    quick.send(std::string(50'000, 'x'));
    CHECK(quick.read_head().status() == 200);
}

// Over the limit of connections a client is told to come back later.
TEST_CASE("a full server answers 503")
{
    auto options = server_fixture::brisk();
    options.max_connections = 1;
    one_route fixture(stay_open, options);
    auto first = ask(fixture);
    auto second = fixture.connect();
    auto const refused = second.read_head();
    CHECK(refused.status() == 503);
    CHECK(refused.has_header("Retry-After"));
    CHECK(fixture.stats().refused == 1);
}

// Each of them is answered and closed on, none is left to wait, and there is room when a client has left.
TEST_CASE("a full server has room again when a client has left")
{
    auto options = server_fixture::brisk();
    options.max_connections = 1;
    one_route fixture(stay_open, options);
    auto first = ask(fixture);
    for (int i = 0; i < 20; ++i) {
        auto turned_away = fixture.connect();
        if (i != 0) // one is silent, and turned away after a second
            turned_away.get("/");
        CHECK(turned_away.read_head().status() == 503);
        CHECK(turned_away.wait_for_end() == client::ending::closed);
    }
    first.reset();
    REQUIRE(fixture.wait_for_stats(nothing_is_left));
    auto const second = ask(fixture);
    CHECK(fixture.stats().refused == 20);
}

// However many lines a client causes, few are written, and none is left out in silence.
TEST_CASE("clients cannot flood the log")
{
    server_fixture fixture;
    fixture.start();
    for (int i = 0; i < 30; ++i)
        CHECK(status_of(fixture, "GET / HTTP/1.1\r\n\r\n") == 400);
    fixture.stop();
    CHECK(fixture.count_logged("refused a request of 127.0.0.1") == 10);
    CHECK(fixture.count_logged("20 more lines were left out") == 1);
}
