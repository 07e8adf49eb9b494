// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/set_cookie.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using tidings::detail::cookie_options;
using tidings::detail::set_cookie;

TEST_CASE("a cookie is kept from scripts, other sites and plain HTTP unless told otherwise")
{
    CHECK(set_cookie("a", "b", {}) == "a=b; Path=/; SameSite=Lax; HttpOnly; Secure");
    CHECK(set_cookie("a", "", {.max_age = 0s}) == "a=; Path=/; SameSite=Lax; Max-Age=0; HttpOnly; Secure");
    CHECK(set_cookie("a", "b", {.max_age = 24h, .path = "/x y", .same_site = "Strict"}) ==
          "a=b; Path=/x y; SameSite=Strict; Max-Age=86400; HttpOnly; Secure");
    CHECK(set_cookie("a", "b", {.http_only = false, .secure = false}) == "a=b; Path=/; SameSite=Lax");
    CHECK(set_cookie("a", "b", {.same_site = "None"}) == "a=b; Path=/; SameSite=None; HttpOnly; Secure");
}

TEST_CASE("names and values that no cookie can have")
{
    for (auto const* name : {"", "a b", "a=", "a;b", "a\r\nb", "\"a\"", "(a)", "\xC3\xA4"})
        CHECK_THROWS_AS(set_cookie(name, "", {}), std::invalid_argument);
    for (auto const* value :
         {" ", "a b", "a;b", "a,b", "\"a\"", "a\\b", "a\r\nSet-Cookie: b=c", "\x7F", "\xC3\xA4"})
        CHECK_THROWS_AS(set_cookie("a", value, {}), std::invalid_argument);
    CHECK_THROWS_AS(set_cookie("a", std::string_view("\0", 1), {}), std::invalid_argument);
    CHECK(
        set_cookie("a", "!#$%&'()*+-./:<=>?@[]^_`{|}~", {}).starts_with("a=!#$%&'()*+-./:<=>?@[]^_`{|}~; "));
    CHECK(set_cookie("a", std::string(4095, 'x'), {}).size() > 4096);
    CHECK_THROWS_AS(set_cookie("a", std::string(4096, 'x'), {}), std::invalid_argument);
}

TEST_CASE("paths of cookies")
{
    for (auto const* path : {"", "a", "/a;Domain=b", "/a\r\n", "/a\tb\n"})
        CHECK_THROWS_AS(set_cookie("a", "b", {.path = path}), std::invalid_argument);
}

// Browsers drop a cookie whose name promises what its options do not keep, and nobody would hear of it.
TEST_CASE("options that contradict the name, or each other")
{
    for (auto const* name : {"__Host-a", "__host-a", "__Secure-a", "__SECURE-"}) {
        CHECK_THROWS_AS(set_cookie(name, "b", {.secure = false}), std::invalid_argument);
        CHECK(set_cookie(name, "b", {}).ends_with("; Secure"));
    }
    CHECK_THROWS_AS(set_cookie("__Host-a", "b", {.path = "/a"}), std::invalid_argument);
    CHECK(set_cookie("__Secure-a", "b", {.path = "/a"}).starts_with("__Secure-a=b; Path=/a; "));
    CHECK_THROWS_AS(set_cookie("a", "b", {.same_site = "None", .secure = false}), std::invalid_argument);
    for (auto const* other : {"", "lax", "Lax; Domain=a"})
        CHECK_THROWS_AS(set_cookie("a", "b", {.same_site = other}), std::invalid_argument);
}

// The text says what to do, and does not repeat what a client may have brought.
TEST_CASE("the fault of a cookie is told")
{
    CHECK_THROWS_WITH(set_cookie("token", "secret value", {}),
                      "tidings: the cookie token has a value that no cookie can have; encode it, in "
                      "hexadecimal or base64 say");
}
