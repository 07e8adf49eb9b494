// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/target.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace std::string_literals;
using tidings::detail::find_all_in_form;
using tidings::detail::is_host;
using tidings::detail::parse_target;

TEST_CASE("origin form")
{
    auto const parts = parse_target("GET", "/a%20b/c?x=1&y=2?");
    REQUIRE(parts);
    CHECK(parts->path == "/a%20b/c");
    CHECK(parts->query == "x=1&y=2?");
    CHECK(parts->authority.empty());

    CHECK(parse_target("GET", "/")->path == "/");
    CHECK(parse_target("GET", "/?")->query.empty());
    CHECK(parse_target("GET", "//double")->path == "//double");
}

// Browsers do not encode these in a query, though RFC 3986 wants them to.
TEST_CASE("what browsers send bare is let through")
{
    CHECK(parse_target("GET", "/a|b?filter[x]={1}^`|\\"));
}

TEST_CASE("absolute form")
{
    auto const parts = parse_target("GET", "http://example.com:8080/a?b");
    REQUIRE(parts);
    CHECK(parts->path == "/a");
    CHECK(parts->query == "b");
    CHECK(parts->authority == "example.com:8080");
    CHECK(parse_target("GET", "HTTPS://[::1]")->path.empty());

    for (auto const* bad : {"ftp://example.com/", "http:///a", "http://user@example.com/", "http:a",
                            "example.com:80", "http://example.com/%zz", "http://exa mple.com/"})
        CHECK_FALSE(parse_target("GET", bad));
}

TEST_CASE("asterisk form is for OPTIONS")
{
    CHECK(parse_target("OPTIONS", "*")->path == "*");
    CHECK_FALSE(parse_target("GET", "*"));
    CHECK_FALSE(parse_target("OPTIONS", "*a"));
}

TEST_CASE("malformed targets")
{
    for (auto const& bad : {""s, "a"s, "?a"s, "/a#b"s, "/a b"s, "/a\tb"s, "/\0"s, "/\x7F"s, "/\xC3\xA4"s,
                            "/%"s, "/%1"s, "/%1g"s, "/?%"s, "/a%2?x"s})
        CHECK_FALSE(parse_target("GET", bad));
}

// What a system call takes ends at a NUL; and what is printed must not end where a client wants it to. A
// query may hold any text.
TEST_CASE("encoded control characters are no part of a path")
{
    for (auto const* bad : {"/small%00.html", "/%00", "/a%0Ab", "/a%0d", "/%1F", "/%7f", "http://a/%00"})
        CHECK_FALSE(parse_target("GET", bad));
    for (auto const* good : {"/%20", "/%7E", "/%80%C3%A4", "/?a=%00%0A", "http://a/b?%00"})
        CHECK(parse_target("GET", good));
}

TEST_CASE("hosts")
{
    for (auto const* good : {"", "example.com", "example.com:80", "127.0.0.1:0", "[::1]", "[::1]:8080", "a_b",
                             "a.", "x:", "A.b"})
        CHECK(is_host(good));
    for (auto const* bad : {"user@example.com", "a b", "a/b", "a:b", "[::1", "::1", "a,b c", "http://a",
                            ":80", "a\\b", "[x]", "a:1:2", "a:80x"})
        CHECK_FALSE(is_host(bad));
}

TEST_CASE("queries are decoded as forms are")
{
    auto const* query = "a=1&b&c=x+y%2B%26%3d&%61%62=z&a=2&=empty&d=e=f";
    using values = std::vector<std::string>;
    CHECK(find_all_in_form(query, "a") == values{"1", "2"});
    CHECK(find_all_in_form(query, "b") == values{""});
    CHECK(find_all_in_form(query, "c") == values{"x y+&="});
    CHECK(find_all_in_form(query, "ab") == values{"z"});
    CHECK(find_all_in_form(query, "") == values{"empty"});
    CHECK(find_all_in_form(query, "d") == values{"e=f"});
    CHECK(find_all_in_form(query, "B").empty());
    CHECK(find_all_in_form("", "a").empty());
}

// In a query they are refused before; in a body they are text, as in browsers.
TEST_CASE("a percent sign that begins no escape stays")
{
    using values = std::vector<std::string>;
    CHECK(find_all_in_form("a=100%&a=%&a=%4&a=%zz&a=%4z%41&a=%-1&a=%%41&a=% 1&a=%0x", "a") ==
          values{"100%", "%", "%4", "%zz", "%4zA", "%-1", "%A", "% 1", "%0x"});
    CHECK(find_all_in_form("a=%00%ff%FF", "a") == values{std::string("\0\xFF\xFF", 3)});
    CHECK(find_all_in_form("%=1&%2=2", "%2") == values{"2"});
}

TEST_CASE("a plus sign in a path is a plus sign")
{
    CHECK(tidings::detail::decode_segment("a+b%2Fc%20") == "a+b/c ");
}
