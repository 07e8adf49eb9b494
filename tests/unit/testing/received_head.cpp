// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/received_head.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using tidings::testing::received_head;

// The status and every field can be asked for, whatever the case of the name, and the bytes are kept.
TEST_CASE("a head is read")
{
    received_head const head("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nX-Empty: \r\n\r\n");
    CHECK(head.status() == 404);
    CHECK(head.header("content-TYPE") == "text/plain");
    CHECK(head.has_header("x-empty"));
    CHECK_FALSE(head.has_header("X-Other"));
    CHECK(head.header("X-Other").empty());
    CHECK(head.text().ends_with("\r\n\r\n"));
}

// What is no head is refused with what it was.
TEST_CASE("what is no head is refused")
{
    for (auto const* text :
         {"", "HTTP/1.1", "HTTP/1.1 abc OK\r\n\r\n", "id: 7\n\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"})
        CHECK_THROWS_AS(received_head(text), std::runtime_error);
}
