// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/request_parser.hpp>

#include "parsed_requests.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace std::string_literals;
using namespace tidings::test;

TEST_CASE("targets")
{
    CHECK(parsed({"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"}).requests().at(0).path() == "*");
    for (auto const* target :
         {"*", "a", "/%", "/%zz", "/a#b", "/\xC3\xA4", "ftp://a/", "http://u@a/", "a:80"})
        CHECK(status_of("GET "s + target + " HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n") == 501);
}

// The target says who is meant; a Host that differs must not be believed (RFC 9112, 3.2.2).
TEST_CASE("an absolute target replaces the value of Host")
{
    parsed const result({"GET http://b:81/x HTTP/1.1\r\nHost: a\r\n\r\n"});
    CHECK(result.requests().at(0).header("Host") == "b:81");
    CHECK(result.requests().at(0).path() == "/x");
}

TEST_CASE("malformed request lines")
{
    for (auto const* line :
         {"GET  / HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 ", "GET /  HTTP/1.1", "GET\t/ HTTP/1.1",
          "GET /", "GET", "G{T / HTTP/1.1", "GET / http/1.1", "GET / HTTP/1", "GET / HTTP/11",
          "GET / HTTP/1.10", "GET / HTTQ/1.1", "GET / HTTP/x.1", "GET / a HTTP/1.1"})
        CHECK(status_of(line + "\r\nHost: a\r\n\r\n"s) == 400);
}

TEST_CASE("versions other than 1.0 and 1.1 are not supported")
{
    for (auto const* version : {"0.9", "1.2", "2.0", "3.0", "9.9"})
        CHECK(status_of("GET / HTTP/"s + version + "\r\nHost: a\r\n\r\n") == 505);
    CHECK(status_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 400); // a client that begins with HTTP/2
}

TEST_CASE("Host is there exactly once on HTTP/1.1")
{
    CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n") == 400);
    CHECK(status_of("GET / HTTP/1.1\r\nHost:\r\n\r\n") == 0);
    CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 0);
    CHECK(status_of("GET / HTTP/1.0\r\nHost: a\r\n\r\n") == 0);
    CHECK(status_of("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
    for (auto const* host : {"a b", "a/b", "u@a", "a, b", "a:b", "[::1"})
        CHECK(status_of("GET / HTTP/1.1\r\nHost: "s + host + "\r\n\r\n") == 400);
}
