// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/content_type.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("content types follow the last extension, whatever its case")
{
    using tidings::internal::content_type_of;
    CHECK(content_type_of("index.html") == "text/html; charset=utf-8");
    CHECK(content_type_of("a/b.d/APP.JS") == "text/javascript; charset=utf-8");
    CHECK(content_type_of("x.tar.json") == "application/json");
    CHECK(content_type_of("logo.svg") == "image/svg+xml");
    CHECK(content_type_of("unknown.extension") == "application/octet-stream");
    CHECK(content_type_of("no_extension") == "application/octet-stream");
    CHECK(content_type_of(".html") == "application/octet-stream");
    CHECK(content_type_of("") == "application/octet-stream");
}
