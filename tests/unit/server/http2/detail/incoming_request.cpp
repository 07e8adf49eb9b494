// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/http2/detail/incoming_request.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using tidings::detail::incoming_request;
using tidings::internal::parser_limits;

namespace {

using fields = std::vector<std::pair<std::string, std::string>>;

fields const asking{
    {":method", "GET"}, {":scheme", "https"}, {":authority", "a.example"}, {":path", "/p?q=1"}};

fields operator+(fields some, fields const& more)
{
    some.insert(some.end(), more.begin(), more.end());
    return some;
}

incoming_request made_of(fields const& all, parser_limits const& limits = {})
{
    incoming_request head(limits);
    for (auto const& [name, value] : all)
        head.add_field(name, value);
    head.end_head(true);
    return head;
}

int status_of(fields const& all, parser_limits const& limits = {})
{
    return made_of(all, limits).error().status;
}

} // namespace

// A handler sees what it would see over HTTP/1.1: the authority as Host, and one cookie field.
TEST_CASE("fields of HTTP/2 become a request")
{
    auto head = made_of(asking + fields{{"accept", "*/*"}, {"cookie", "a=1"}, {"cookie", "b=2"}});
    REQUIRE_FALSE(head.error());
    auto const request = head.policy().take();
    CHECK(request.version() == "HTTP/2");
    CHECK(request.method() == "GET");
    CHECK(request.target() == "/p?q=1");
    CHECK(request.query("q") == "1");
    CHECK(request.header("Host") == "a.example");
    CHECK(request.header("accept") == "*/*");
    CHECK(request.header("Cookie") == "a=1; b=2");
    CHECK(request.header_count() == 3);
    CHECK(request.keep_alive());
}

// Host and authority are one thing: either is enough, and they may not differ.
TEST_CASE("an authority and Host agree")
{
    fields const without{{":method", "GET"}, {":scheme", "http"}, {":path", "/"}};
    CHECK(status_of(without) == 400);
    CHECK(status_of(without + fields{{"host", "a"}}) == 0);
    CHECK(status_of(without + fields{{"host", "a b"}}) == 400);
    CHECK(status_of(without + fields{{"host", "a"}, {"host", "a"}}) == 400);
    CHECK(status_of(asking + fields{{"host", "a.example"}}) == 0);
    CHECK(status_of(asking + fields{{"host", "b.example"}}) == 400);
}

// What is asked of every request is asked of these.
TEST_CASE("the one policy rules requests of HTTP/2")
{
    fields const post{{":method", "POST"}, {":scheme", "http"}, {":authority", "a"}};
    CHECK(status_of(post + fields{{":path", "/%00"}}) == 400);
    CHECK(status_of(post + fields{{":path", ""}}) == 400);
    CHECK(status_of(post + fields{{":path", "/ /"}}) == 400);
    CHECK(status_of({{":method", "CONNECT"}, {":authority", "a:1"}}) == 501);
    CHECK(status_of(asking + fields{{"expect", "200-maybe"}}) == 417);
    CHECK(status_of(asking + fields{{"origin", "http://a"}, {"origin", "http://b"}}) == 400);
    CHECK(status_of(asking + fields{{"content-length", "1, 1"}}) == 400);
}

// A head is bounded in bytes, as the client is told (RFC 9113, 6.5.2: 32 more for each field), and in fields.
TEST_CASE("a head of HTTP/2 is bounded")
{
    CHECK(status_of(asking + fields{{"x", std::string(2000, 'x')}}, {.head = 2000}) == 431);
    CHECK(status_of(asking + fields(200, {"x", "y"})) == 431);
    CHECK(status_of(asking + fields(20, {"x", "y"}), {.head = 34 * 20}) == 431);
}

// Trailers are counted, and cannot change how long the body is.
TEST_CASE("trailers of HTTP/2 are dropped")
{
    auto head = made_of(asking);
    head.add_trailer("x-checksum", "1");
    CHECK_FALSE(head.error());
    head.add_trailer("content-length", "1");
    CHECK(head.error().status == 400);
}
