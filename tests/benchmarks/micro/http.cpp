// SPDX-License-Identifier: BSL-1.0
// What a request costs before its handler runs, and the head of the stream that answers it.
#include <tidings/http/internal/request_parser.hpp>
#include <tidings/http/internal/response_framing.hpp>
#include <tidings/http/internal/router.hpp>

#include <catch2/benchmark/catch_benchmark.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

namespace {

constexpr std::string_view browser_request =
    "GET /builds/4711/events?since=yesterday HTTP/1.1\r\n"
    "Host: builds.example.com\r\n"
    "Connection: keep-alive\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "Safari/537.36\r\n"
    "Accept: text/event-stream\r\n"
    "Cache-Control: no-cache\r\n"
    "Last-Event-ID: b2k4zq-1234\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: cors\r\n"
    "Referer: https://builds.example.com/builds/4711\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef\r\n"
    "\r\n";

tidings::request parse(tidings::internal::request_parser& parser)
{
    (void)parser.feed(browser_request);
    return parser.take();
}

/// 50 routes: of 25 kinds of things, each with a page of all of them and a stream of one of them.
tidings::internal::router fifty_routes()
{
    tidings::internal::router routes;
    for (int i = 0; i < 25; ++i) {
        std::string const folder = "/things" + std::to_string(i);
        routes.add("GET", folder);
        routes.add("GET", folder + "/{id}/events");
    }
    return routes;
}

tidings::internal::route_match find(tidings::internal::router const& routes, std::string_view path)
{
    return routes.find("GET", tidings::internal::split_path(path));
}

} // namespace

TEST_CASE("parse a request")
{
    tidings::internal::request_parser parser;
    REQUIRE(parse(parser).header_count() == 12);
    BENCHMARK("parse a browser's GET with 12 headers")
    {
        return parse(parser);
    };
}

TEST_CASE("make a stream head")
{
    tidings::headers fields;
    fields.add("Access-Control-Allow-Origin", "https://builds.example.com");
    fields.add("Vary", "Origin");
    tidings::internal::head_params const params{.date = "Sun, 06 Nov 1994 08:49:37 GMT"};
    BENCHMARK("make a stream head with two fields of its own")
    {
        return tidings::internal::stream_head(200, fields, params);
    };
}

TEST_CASE("find a route")
{
    auto const routes = fifty_routes();
    REQUIRE(find(routes, "/things12/4711/events").outcome == tidings::internal::route_outcome::found);
    BENCHMARK("find a route with a name, among 50")
    {
        return find(routes, "/things12/4711/events");
    };
    BENCHMARK("find a literal route, among 50")
    {
        return find(routes, "/things12");
    };
    BENCHMARK("find no route, among 50")
    {
        return find(routes, "/nothing/4711/events");
    };
}
