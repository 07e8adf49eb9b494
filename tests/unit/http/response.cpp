// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/response.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using tidings::response;

TEST_CASE("kinds of responses")
{
    CHECK(response(204).status() == 204);
    CHECK(response(204).body().empty());
    CHECK_FALSE(response(204).file_path());

    auto const text = response::text("hello", 404);
    CHECK(text.status() == 404);
    CHECK(text.body() == "hello");
    CHECK(text.header("content-type") == "text/plain; charset=utf-8");

    CHECK(response::json("{}").status() == 200);
    CHECK(response::json("{}").header("Content-Type") == "application/json");
    CHECK(response::bytes("x", "image/png").header("Content-Type") == "image/png");

    auto const file = response::file("/nowhere/page.html");
    CHECK(file.file_path() == "/nowhere/page.html");
    CHECK(file.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(file.body().empty());
    CHECK(response::file("page.html", "text/plain").header("Content-Type") == "text/plain");
}

TEST_CASE("headers are chained on temporaries and on names")
{
    auto answer = response::text("x").with_header("Content-Type", "text/markdown").with_header("A", "1");
    answer.with_header("a", "2").with_added_header("A", "3");
    CHECK(answer.header("Content-Type") == "text/markdown");
    CHECK(answer.header("A") == "2");
    CHECK(answer.fields().end() - answer.fields().begin() == 3);
    CHECK(answer.body() == "x");
}

TEST_CASE("responses that cannot be sent are refused")
{
    for (auto const status : {-1, 0, 100, 199, 600, 2000})
        CHECK_THROWS_AS(response(status), std::invalid_argument);
    CHECK_THROWS_AS(response::text("x", 204), std::invalid_argument);
    CHECK_THROWS_AS(response::text("x", 304), std::invalid_argument);
    CHECK_THROWS_AS(response(200).with_header("A", "b\r\nc"), std::invalid_argument);
    CHECK_THROWS_AS(response(200).with_header("Content-Length", "1"), std::invalid_argument);
}
