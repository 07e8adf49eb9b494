// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/json_string.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string_view>

using namespace std::string_view_literals;
using tidings::detail::json_string;

TEST_CASE("text as a JSON string")
{
    CHECK(json_string("") == R"("")");
    CHECK(json_string("plain ü") == R"("plain ü")");
    CHECK(json_string(R"(a"b\c)") == R"("a\"b\\c")");
    CHECK(json_string("\n\t\x01\0"sv) == R"("\u000a\u0009\u0001\u0000")");
}
