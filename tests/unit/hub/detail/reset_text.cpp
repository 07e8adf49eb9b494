// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/reset_text.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string_view>

using namespace std::string_view_literals;
using tidings::detail::gap;
using tidings::detail::json_string;
using tidings::detail::to_json;

TEST_CASE("the text of a reset")
{
    CHECK(to_json({.reason = gap::evicted, .oldest = "e-7", .topic = {}}) ==
          R"({"reason":"evicted","oldest":"e-7"})");
    CHECK(to_json({.reason = gap::overflowed, .oldest = "", .dropped = 3, .topic = "orders"}) ==
          R"({"reason":"overflowed","oldest":"","dropped":3,"topic":"orders"})");
    CHECK(to_json({.reason = gap::restarted, .oldest = "a\"b\\c\t", .topic = {}}) ==
          R"({"reason":"restarted","oldest":"a\"b\\c\u0009"})");
    CHECK(to_json({.reason = gap::unknown_id, .oldest = "x", .topic = {}}) ==
          R"({"reason":"unknown_id","oldest":"x"})");
}

TEST_CASE("text as a JSON string")
{
    CHECK(json_string("") == R"("")");
    CHECK(json_string("plain ü") == R"("plain ü")");
    CHECK(json_string(R"(a"b\c)") == R"("a\"b\\c")");
    CHECK(json_string("\n\t\x01\0"sv) == R"("\u000a\u0009\u0001\u0000")");
}
