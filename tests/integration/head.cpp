// SPDX-License-Identifier: BSL-1.0

#include "handlers.hpp"
#include "support/server_fixture.hpp"
#include "support/without_retry.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

using namespace tidings::test;
using tidings::test::server_fixture;

namespace {

// The only line of a head that differs from second to second.
std::string without_date(std::string text)
{
    auto const at = text.find("Date: ");
    REQUIRE(at != text.npos);
    auto const end = text.find("\r\n", at) + 2;
    CHECK(text.substr(end - 6, 6) == " GMT\r\n");
    CHECK(end - at == 37);
    return text.erase(at, end - at);
}

constexpr auto stream_fields = "Content-Type: text/event-stream\r\n"
                               "Cache-Control: no-cache, no-store, no-transform\r\n"
                               "X-Accel-Buffering: no\r\n"
                               "Incremental: ?1\r\n";

tidings::stream_handler send_retry_first(tidings::stream_handler inner)
{
    return [inner = std::move(inner)](tidings::context ctx, tidings::request& asked,
                                      tidings::event_stream& out) -> boost::asio::awaitable<void> {
        co_await out.retry(std::chrono::milliseconds(3000));
        co_await inner(ctx, asked, out);
    };
}

class served_routes
{
public:
    served_routes()
    {
        fixture.routes().get("/events", send_one);
        fixture.routes().get("/plain", answer_plainly);
        fixture.routes().post("/plain", echo);
        fixture.start();
    }

    // All that is answered to a client that sends no more.
    std::string ask(std::string_view bytes) const
    {
        auto client = fixture.connect();
        client.send(bytes);
        client.half_close();
        return without_date(client.read_to_end());
    }

    server_fixture fixture;
};

} // namespace

// The whole answer of a stream over HTTP/1.1: chunked, and ended by the last chunk.
TEST_CASE("bytes of a stream over HTTP/1.1")
{
    served_routes const served;
    CHECK(without_retry(served.ask("GET /events HTTP/1.1\r\nHost: a\r\n\r\n"), true) ==
          std::string("HTTP/1.1 200 OK\r\n") + stream_fields +
              "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n"
              "b\r\ndata: one\n\n\r\n0\r\n\r\n");
    CHECK(without_retry(served.ask("GET /events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), true) ==
          std::string("HTTP/1.1 200 OK\r\n") + stream_fields +
              "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
              "b\r\ndata: one\n\n\r\n0\r\n\r\n");
}

// A client of HTTP/1.0 knows no chunks: its body ends with the connection.
TEST_CASE("bytes of a stream over HTTP/1.0")
{
    served_routes const served;
    CHECK(without_retry(served.ask("GET /events HTTP/1.0\r\n\r\n")) ==
          std::string("HTTP/1.1 200 OK\r\n") + stream_fields + "Connection: close\r\n\r\ndata: one\n\n");
}

// Nor does what a middleware says in front of the handler: the next answer follows the head.
TEST_CASE("a middleware that sends, and HEAD")
{
    server_fixture fixture;
    fixture.routes().get("/events", send_one);
    fixture.routes().use(send_retry_first);
    fixture.start();
    auto client = fixture.connect();
    client.send("HEAD /events HTTP/1.1\r\nHost: a\r\n\r\nGET /events HTTP/1.1\r\nHost: a\r\nConnection: "
                "close\r\n\r\n");
    auto const text = client.read_to_end();
    auto const second = text.find("HTTP/1.1 200 OK", 1);
    REQUIRE(second != text.npos);
    CHECK(text.substr(second - 4, 4) == "\r\n\r\n");
    CHECK(text.substr(0, second).find("retry:") == text.npos);
    CHECK(text.find("retry: 3000", second) != text.npos);
}

// A client of HTTP/1.0 is told that the connection ends, so it does.
TEST_CASE("HEAD of a stream over HTTP/1.0")
{
    served_routes const served;
    CHECK(served.ask("HEAD /events HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") ==
          std::string("HTTP/1.1 200 OK\r\n") + stream_fields + "Connection: close\r\n\r\n");
    server_fixture fixture;
    CHECK_THROWS_AS(fixture.routes().route("HEAD", "/events", send_one), std::invalid_argument);
}

// HEAD gets the head of GET and no body, also no chunk, and its handler does not run.
TEST_CASE("bytes of the answer to HEAD")
{
    served_routes const served;
    CHECK(served.ask("HEAD /events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") ==
          std::string("HTTP/1.1 200 OK\r\n") + stream_fields +
              "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
    CHECK(served.ask("HEAD /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n"
          "Connection: close\r\n\r\n");
}

// The connection of a HEAD carries the next request.
TEST_CASE("a connection goes on after HEAD")
{
    served_routes const served;
    auto client = served.fixture.connect();
    client.send("HEAD /events HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.read_head().status() == 200);
    client.get("/plain");
    CHECK(client.read_head().status() == 200);
    CHECK(client.read_body() == "plain");
}

// What no route answers says why.
TEST_CASE("404, 405 and OPTIONS")
{
    served_routes const served;
    auto client = served.fixture.connect();
    client.get("/nothing");
    CHECK(client.read_head().status() == 404);
    CHECK(client.read_body() == "not found\n");
    client.send("DELETE /plain HTTP/1.1\r\nHost: a\r\n\r\n");
    auto const refused = client.read_head();
    CHECK(refused.status() == 405);
    CHECK(refused.header("Allow") == "GET, HEAD, OPTIONS, POST");
    CHECK(client.read_body() == "method not allowed\n");
    client.send("OPTIONS /events HTTP/1.1\r\nHost: a\r\n\r\n");
    auto const options = client.read_head();
    CHECK(options.status() == 204);
    CHECK(options.header("Allow") == "GET, HEAD, OPTIONS");
    CHECK_FALSE(options.has_header("Content-Length"));
}
