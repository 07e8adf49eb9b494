// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/http_date.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace std::chrono_literals;
using std::chrono::sys_seconds;
using tidings::internal::http_date;
using tidings::internal::parse_http_date;

TEST_CASE("dates")
{
    CHECK(http_date(sys_seconds(784111777s)) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(http_date(sys_seconds(0s)) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(http_date(sys_seconds(1709251199s)) == "Thu, 29 Feb 2024 23:59:59 GMT");
}

// The three forms of RFC 9110, 5.6.7, and what is written is read.
TEST_CASE("dates are read in all forms of HTTP")
{
    for (auto const* text :
         {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"})
        CHECK(parse_http_date(text) == sys_seconds(784111777s));
    CHECK(parse_http_date("Sun Nov 16 08:49:37 1994") == sys_seconds(784975777s));
    CHECK(parse_http_date("Saturday, 06-Nov-21 08:49:37 GMT") == sys_seconds(1636188577s));
    for (auto const seconds : {0s, 1709251199s, 4102444800s})
        CHECK(parse_http_date(http_date(sys_seconds(seconds))) == sys_seconds(seconds));
}

TEST_CASE("what is no date")
{
    for (auto const* text : {"",
                             "now",
                             "0",
                             "784111777",
                             "Sun, 06 Nov 1994 08:49:37",
                             "Sun, 06 Nov 1994 08:49:37 CET",
                             "Sun, 31 Feb 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 24:00:00 GMT",
                             "Sun, 06 Nov 1994 08:60:00 GMT",
                             "Sun, 06 Nov 1994 08:49:61 GMT",
                             "Sun, 06 Nov 1894 08:49:37 GMT",
                             "Sun, 06 Foo 1994 08:49:37 GMT",
                             "Sun, 06 Nov 19945 08:49:37 GMT",
                             "Sun, x6 Nov 1994 08:49:37 GMT",
                             "Sun, 06-Nov-xy 08:49:37 GMT",
                             "Sun Nov  6 08:49:37 1994 GMT",
                             "Sun, 06 Nov 1994 08:49:37 GMT, and more",
                             "Sun, 06 Nov 99999999999 08:49:37 GMT",
                             "Sun, 06 Nov 67430 08:49:37 GMT",
                             ",,,:::---   "})
        CHECK_FALSE(parse_http_date(text));
}
