// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace http = tidings::detail;

// The 77 characters of RFC 9110's token, and no other.
TEST_CASE("tokens")
{
    std::string allowed;
    for (int c = 0; c != 256; ++c)
        if (http::is_token(std::string(1, static_cast<char>(c))))
            allowed += static_cast<char>(c);
    CHECK(allowed == "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");
    CHECK_FALSE(http::is_token(""));
    CHECK_FALSE(http::is_token("a b"));
}

TEST_CASE("field values")
{
    CHECK(http::is_field_value(""));
    CHECK(http::is_field_value("a b\tc \xE2\x82\xAC"));
    CHECK_FALSE(http::is_field_value(" a"));
    CHECK_FALSE(http::is_field_value("a\t"));
    for (auto const c : {'\r', '\n', '\0', '\x01', '\x1F', '\x7F'})
        CHECK_FALSE(http::is_field_value(std::string("a") + c + "b"));
}

TEST_CASE("numbers are digits alone")
{
    CHECK(http::is_number("0123456789"));
    for (auto const* bad : {"", "+1", "-1", " 1", "1 ", "0x1", "1,1"})
        CHECK_FALSE(http::is_number(bad));
}

// Only letters fold: '@' and '`', '[' and '{' differ in the same bit as 'A' and 'a'.
TEST_CASE("case is ignored for letters only")
{
    CHECK(http::equals_ignoring_case("Content-TYPE", "content-type"));
    CHECK_FALSE(http::equals_ignoring_case("a", "ab"));
    CHECK_FALSE(http::equals_ignoring_case("@[", "`{"));
    CHECK_FALSE(http::equals_ignoring_case("\xC4", "\xE4"));
}

TEST_CASE("lists are taken apart item by item")
{
    std::string_view list = " a ,, b\t,c";
    CHECK(http::take_list_item(list) == "a");
    CHECK(http::take_list_item(list).empty());
    CHECK(http::take_list_item(list) == "b");
    CHECK(http::take_list_item(list) == "c");
    CHECK(list.empty());
}
