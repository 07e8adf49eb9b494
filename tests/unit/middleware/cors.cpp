// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/cors.hpp>

#include "unit/middleware/exchange.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace tidings;
using test::exchange;

namespace {

request from(std::string_view origin, request asked = request::get("/"))
{
    return std::move(asked).with_header("Origin", origin);
}

request preflight(std::string_view origin)
{
    return from(origin, request("OPTIONS", "/")).with_header("Access-Control-Request-Method", "POST");
}

} // namespace

// An origin in the list is named, exactly, with credentials; and caches are told that the answer depends on
// it.
TEST_CASE("answers to listed origins may be read with credentials")
{
    auto const open =
        cors({.origins = {"https://app.example"}, .credentials = true, .exposed_headers = {"ETag"}});

    exchange plain(open, test::say_hello, from("https://app.example"));
    CHECK(plain.header("Access-Control-Allow-Origin") == "https://app.example");
    CHECK(plain.header("Access-Control-Allow-Credentials") == "true");
    CHECK(plain.header("Access-Control-Expose-Headers") == "ETag");
    CHECK(plain.header("Vary") == "Origin");

    exchange stream(open, test::tick, from("https://app.example"));
    stream.advance(std::chrono::seconds(1));
    CHECK(stream.header("Access-Control-Allow-Origin") == "https://app.example");
    CHECK(stream.header("Access-Control-Allow-Credentials") == "true");
    CHECK(stream.header("Vary") == "Origin");
}

// Others get the answer without leave to read it, and still with Vary: a cache may hold it for a listed one.
TEST_CASE("answers to other origins stay closed")
{
    auto const open = cors({.origins = {"https://app.example"}, .credentials = true});
    for (auto const* other : {"https://evil.example", "null"}) {
        exchange plain(open, test::say_hello, from(other));
        CHECK(plain.status() == 200);
        CHECK(plain.header("Access-Control-Allow-Origin").empty());
        CHECK(plain.header("Access-Control-Allow-Credentials").empty());
        CHECK(plain.header("Vary") == "Origin");
    }
    CHECK(exchange(open, test::say_hello, request::get("/")).header("Vary") == "Origin");
}

// The browser's question is answered without the handler; an OPTIONS that is no such question passes.
TEST_CASE("preflights")
{
    auto const open = cors({.origins = {"https://app.example"},
                            .credentials = true,
                            .methods = {"GET", "POST"},
                            .request_headers = {"Authorization", "X-Trace"},
                            .max_age = std::chrono::seconds(7)});

    exchange allowed(open, test::tick, preflight("https://app.example"));
    CHECK(allowed.status() == 204);
    CHECK(allowed.is_over());
    CHECK(allowed.header("Access-Control-Allow-Origin") == "https://app.example");
    CHECK(allowed.header("Access-Control-Allow-Credentials") == "true");
    CHECK(allowed.header("Access-Control-Allow-Methods") == "GET, POST");
    CHECK(allowed.header("Access-Control-Allow-Headers") == "Authorization, X-Trace");
    CHECK(allowed.header("Access-Control-Max-Age") == "7");
    CHECK(allowed.header("Vary") == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");

    exchange refused(open, test::tick, preflight("https://evil.example"));
    CHECK(refused.status() == 403);
    CHECK(refused.header("Access-Control-Allow-Origin").empty());
    CHECK(refused.header("Access-Control-Allow-Methods").empty());

    CHECK(exchange(open, test::say_hello, request("OPTIONS", "/")).status() == 200);
}

// "*" is for everybody, never with credentials, and does not depend on who asks.
TEST_CASE("every origin")
{
    auto const open = cors({.origins = {"*"}, .exposed_headers = {"ETag"}});
    exchange plain(open, test::say_hello, from("https://anybody.example"));
    CHECK(plain.header("Access-Control-Allow-Origin") == "*");
    CHECK(plain.header("Access-Control-Allow-Credentials").empty());
    CHECK(plain.header("Vary").empty());
    // Without Vary a cache may give anybody the answer that a request without an origin has got.
    exchange unnamed(open, test::say_hello, request::get("/"));
    CHECK(unnamed.header("Access-Control-Allow-Origin") == "*");
    CHECK(unnamed.header("Access-Control-Expose-Headers") == "ETag");
    CHECK(exchange(open, test::tick, preflight("https://anybody.example")).status() == 204);

    CHECK_THROWS_AS(cors({.origins = {"*"}, .credentials = true}), std::invalid_argument);
    CHECK_THROWS_AS(cors({.origins = {"*", "https://app.example"}}), std::invalid_argument);
    CHECK_THROWS_AS(cors({.origins = {"https://app.example/"}}), std::invalid_argument);
}

// A handler that varies its answer by itself keeps its Vary beside ours.
TEST_CASE("the handler's own Vary stays")
{
    auto const varied = [](context, request const&) -> boost::asio::awaitable<response> {
        co_return response::text("hello\n").with_header("Vary", "Accept");
    };
    exchange plain(cors({.origins = {"https://app.example"}}), varied, from("https://app.example"));
    CHECK(plain.header("Vary") == "Accept\nOrigin");
}
