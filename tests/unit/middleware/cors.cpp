// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/cors.hpp>

#include "unit/middleware/asked.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace tidings;
using test::asked;

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
    asked const passed(open, from("https://app.example"));
    CHECK(passed.status() == 0);
    CHECK(passed.header("Access-Control-Allow-Origin") == "https://app.example");
    CHECK(passed.header("Access-Control-Allow-Credentials") == "true");
    CHECK(passed.header("Access-Control-Expose-Headers") == "ETag");
    CHECK(passed.header("Vary") == "Origin");
}

// Others get the answer without leave to read it, and still with Vary: a cache may hold it for a listed one.
TEST_CASE("answers to other origins stay closed")
{
    auto const open = cors({.origins = {"https://app.example"}, .credentials = true});
    for (auto const* other : {"https://evil.example", "null"}) {
        asked const passed(open, from(other));
        CHECK(passed.status() == 0);
        CHECK(passed.header("Access-Control-Allow-Origin").empty());
        CHECK(passed.header("Access-Control-Allow-Credentials").empty());
        CHECK(passed.header("Vary") == "Origin");
    }
    CHECK(asked(open, request::get("/")).header("Vary") == "Origin");
}

// The browser's question is answered; an OPTIONS that is no such question passes.
TEST_CASE("preflights")
{
    auto const open = cors({.origins = {"https://app.example"},
                            .credentials = true,
                            .methods = {"GET", "POST"},
                            .request_headers = {"Authorization", "X-Trace"},
                            .max_age = std::chrono::seconds(7)});

    asked const allowed(open, preflight("https://app.example"));
    CHECK(allowed.status() == 204);
    CHECK(allowed.header("Access-Control-Allow-Origin") == "https://app.example");
    CHECK(allowed.header("Access-Control-Allow-Credentials") == "true");
    CHECK(allowed.header("Access-Control-Allow-Methods") == "GET, POST");
    CHECK(allowed.header("Access-Control-Allow-Headers") == "Authorization, X-Trace");
    CHECK(allowed.header("Access-Control-Max-Age") == "7");
    CHECK(allowed.header("Vary") == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");

    asked const refused(open, preflight("https://evil.example"));
    CHECK(refused.status() == 403);
    CHECK(refused.header("Access-Control-Allow-Origin").empty());
    CHECK(refused.header("Access-Control-Allow-Methods").empty());

    CHECK(asked(open, request("OPTIONS", "/")).status() == 0);
    CHECK(asked(open, from("https://app.example", request("OPTIONS", "/"))).status() == 0);
}

// What an EventSource in JavaScript sends by itself is allowed without being named.
TEST_CASE("the headers of polyfills may be sent")
{
    asked const allowed(cors({.origins = {"https://app.example"}}), preflight("https://app.example"));
    CHECK(allowed.header("Access-Control-Allow-Headers") ==
          "Authorization, Cache-Control, Content-Type, Last-Event-ID");
}

// "*" is for everybody, never with credentials, and does not depend on who asks.
TEST_CASE("every origin")
{
    auto const open = cors({.origins = {"*"}, .exposed_headers = {"ETag"}});
    asked const passed(open, from("https://anybody.example"));
    CHECK(passed.header("Access-Control-Allow-Origin") == "*");
    CHECK(passed.header("Access-Control-Allow-Credentials").empty());
    CHECK(passed.header("Vary").empty());
    // Without Vary a cache may give anybody the answer that a request without an origin has got.
    asked const unnamed(open, request::get("/"));
    CHECK(unnamed.header("Access-Control-Allow-Origin") == "*");
    CHECK(unnamed.header("Access-Control-Expose-Headers") == "ETag");
    CHECK(asked(open, preflight("https://anybody.example")).status() == 204);

    CHECK_THROWS_AS(cors({.origins = {"*"}, .credentials = true}), std::invalid_argument);
    CHECK_THROWS_AS(cors({.origins = {"*", "https://app.example"}}), std::invalid_argument);
    CHECK_THROWS_AS(cors({.origins = {"https://app.example/"}}), std::invalid_argument);
}
