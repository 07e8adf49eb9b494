// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/status.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("status codes have their phrase")
{
    CHECK(tidings::internal::status_text(200) == "OK");
    CHECK(tidings::internal::status_text(431) == "Request Header Fields Too Large");
    CHECK(tidings::internal::status_text(505) == "HTTP Version Not Supported");
    CHECK(tidings::internal::status_text(299) == "Unknown");
}

TEST_CASE("1xx, 204 and 304 have no body")
{
    for (auto const status : {100, 101, 204, 304})
        CHECK_FALSE(tidings::internal::status_allows_body(status));
    for (auto const status : {200, 205, 404, 500})
        CHECK(tidings::internal::status_allows_body(status));
}
