// SPDX-License-Identifier: BSL-1.0
#include "handlers.hpp"
#include "one_route.hpp"

#include <boost/asio/awaitable.hpp>

#include <catch2/catch_test_macros.hpp>

#include <charconv>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::event_stream;
using tidings::request;
using tidings::response;
using tidings::server_stats;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

constexpr std::string_view as_event_source = "Accept: text/event-stream\r\n";
constexpr std::string_view post_of_a_body =
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n";

tidings::server_options with_room_for_one()
{
    auto options = server_fixture::brisk();
    options.max_connections = 1;
    return options;
}

/// The pause that a refused EventSource is told, in milliseconds; what was refused, and why, is checked.
int pause_of_refused(server_fixture const& fixture, std::string const& why)
{
    auto asking = fixture.connect();
    asking.get("/", as_event_source);
    auto const head = asking.read_head();
    CHECK(head.status() == 200);
    CHECK(head.header("Content-Type") == "text/event-stream");
    auto const body = asking.read_body();
    CHECK(asking.is_body_complete());
    int pause = 0;
    REQUIRE(body.starts_with("retry: "));
    auto const [end, error] = std::from_chars(body.data() + 7, body.data() + body.size(), pause);
    CHECK(std::string_view(end) == "\n: " + why + "\n\n");
    return pause;
}

} // namespace

// A page whose stream is refused because the server is full comes back by itself: its EventSource would take
// a 503 for the end. The pauses are spread, so that pages do not come back all at once.
TEST_CASE("a full server tells an EventSource when to come back")
{
    one_route fixture(stay_open, with_room_for_one());
    auto first = ask(fixture);
    int const one = pause_of_refused(fixture, "the server is full");
    int const other = pause_of_refused(fixture, "the server is full");
    for (int const pause : {one, other}) {
        CHECK(pause >= 2500);
        CHECK(pause < 7500);
    }
    CHECK(one != other);
    CHECK(fixture.stats().refused == 2);
    first.reset();
    REQUIRE(fixture.wait_for_stats(nothing_is_left));
    auto const second = ask(fixture, "/", as_event_source);
}

// So does one whose address has all the streams that it may have.
TEST_CASE("an EventSource of an address with too many streams is told when to come back")
{
    auto options = server_fixture::brisk();
    options.per_address.streams = 1;
    one_route fixture(stay_open, options);
    auto first = ask(fixture);
    CHECK(pause_of_refused(fixture, "too many streams from this address") >= 2500);
}

// A page of another origin may read the refusal only with the headers that middleware adds.
TEST_CASE("middleware is around a refusal")
{
    server_fixture fixture(with_room_for_one());
    fixture.routes().use([](tidings::stream_handler inner) -> tidings::stream_handler {
        return [inner](tidings::context ctx, request& asked, event_stream& out) {
            out.set_header("Access-Control-Allow-Origin", "*");
            return inner(ctx, asked, out);
        };
    });
    fixture.routes().get("/", stay_open);
    fixture.start();
    auto first = ask(fixture);
    auto second = fixture.connect();
    second.get("/", as_event_source);
    CHECK(second.read_head().header("Access-Control-Allow-Origin") == "*");
}

// A request with a body is refused before its body is read.
TEST_CASE("a full server reads no bodies")
{
    one_route fixture(stay_open, with_room_for_one());
    auto first = ask(fixture);
    auto second = fixture.connect();
    second.send(post_of_a_body);
    auto const head = second.read_head();
    CHECK(head.status() == 503);
    CHECK(head.has_header("Retry-After"));
}

// So is a stream that is asked for by POST, when its address has enough of them.
TEST_CASE("a stream too many is refused before its body comes")
{
    auto options = server_fixture::brisk();
    options.per_address.streams = 1;
    server_fixture fixture(options);
    fixture.routes().post("/", stay_open);
    fixture.start();
    auto first = fixture.connect();
    first.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    REQUIRE(first.read_head().status() == 200);
    auto second = fixture.connect();
    second.send(post_of_a_body);
    auto const head = second.read_head();
    CHECK(head.status() == 429);
    CHECK(head.has_header("Retry-After"));
    CHECK(fixture.stats().refused == 1);
}

// A server that stops does not wait for the body of a stream that it will refuse.
TEST_CASE("a stop refuses streams whose bodies are on their way")
{
    auto options = server_fixture::brisk();
    options.drain_timeout = 5min;
    options.body_timeout = 5min;
    server_fixture fixture(options);
    fixture.routes().post("/", stay_open);
    fixture.start();
    auto asking = fixture.connect();
    asking.send(post_of_a_body);
    CHECK(asking.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    asking.send(std::string(500, 'x'));
    fixture.routes().stop();
    auto const head = asking.read_head();
    CHECK(head.status() == 503);
    CHECK(head.header("Connection") == "close");
    CHECK(asking.read_body() == "the server is stopping\n");
    CHECK(asking.wait_for_end() == client::ending::closed);
    asking.close();
    fixture.stop();
    CHECK(fixture.stats().refused == 1);
}

// What is refused for a while can be answered in another way.
TEST_CASE("on_refusal decides how a refusal is told")
{
    auto options = with_room_for_one();
    options.on_refusal = [](request const& asked, int status, response const& standard) {
        CHECK(status == 503);
        CHECK(standard.status() == 200);
        if (asked.path() == "/throw")
            throw std::runtime_error("no idea");
        return response::text("elsewhere", 307).with_header("Location", "https://other.example/");
    };
    one_route fixture(stay_open, options);
    auto first = ask(fixture);
    auto second = fixture.connect();
    second.get("/", as_event_source);
    auto const head = second.read_head();
    CHECK(head.status() == 307);
    CHECK(head.header("Location") == "https://other.example/");
    auto third = fixture.connect();
    third.get("/throw", as_event_source);
    CHECK(third.read_head().status() == 200);
    CHECK(fixture.count_logged("on_refusal failed: no idea") == 1);
}

// Streams of an IPv6 customer are counted together: one has 2^64 addresses.
TEST_CASE("streams of one IPv6 network are counted together")
{
    auto options = server_fixture::brisk();
    options.per_address.streams = 1;
    options.trusted_proxies = {"127.0.0.1"};
    one_route fixture(stay_open, options);
    auto first = ask(fixture, "/", "X-Forwarded-For: 2001:db8:1:2::1\r\n");
    auto second = fixture.connect();
    second.get("/", "X-Forwarded-For: 2001:db8:1:2:ffff::1\r\n");
    CHECK(second.read_head().status() == 429);
    auto third = ask(fixture, "/", "X-Forwarded-For: 2001:db8:1:3::1\r\n");
}

// Behind a unix socket or a proxy that names no client are many: no limit of an address is theirs.
TEST_CASE("streams of nobody's address are not limited")
{
    auto options = server_fixture::brisk();
    options.per_address.streams = 1;
    options.trusted_proxies = {"127.0.0.1"};
    one_route fixture(stay_open, options);
    auto first = ask(fixture);
    auto second = ask(fixture);
}
