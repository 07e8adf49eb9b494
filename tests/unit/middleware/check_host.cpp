// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/check_host.hpp>

#include "unit/middleware/asked.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace tidings;
using test::asked;

namespace {

request to(std::string_view host)
{
    return request::get("/").with_header("Host", host);
}

} // namespace

// Another name that leads here gets 421. A name stands for all its ports, unless it was given one.
TEST_CASE("requests for other hosts are refused")
{
    auto const guard = check_host({"localhost", "App.example:8443", "[::1]", "192.0.2.1"});
    for (auto const* own : {"localhost", "localhost:8080", "LocalHost", "app.EXAMPLE:8443", "[::1]",
                            "[::1]:8080", "192.0.2.1:80"})
        CHECK(asked(guard, to(own)).status() == 0);
    for (auto const* other : {"evil.example", "evil.example:8080", "app.example", "app.example:8080",
                              "app.example:8443.evil.example", "localhost.evil.example", "evil.localhost",
                              "localhost.", "[::2]", "[::1", "192.0.2.10", ""})
        CHECK(asked(guard, to(other)).status() == 421);
    CHECK(asked(guard, request::get("/")).status() == 421);
}

// Names of sites on the internet are refused, which one of them may lead to this machine. What it and its
// network are asked by needs no list; and no browser leaves the Host out.
TEST_CASE("requests for names of sites are refused")
{
    auto const guard = check_local_host({"app.example"});
    for (auto const* own :
         {"localhost", "LOCALHOST:8080", "app.localhost", "a.b.LocalHost:80", "127.0.0.1", "127.0.0.1:8080",
          "192.168.0.1", "[::1]", "[2001:db8::1]:8080", "workstation:8080", "app.example", "App.example:80"})
        CHECK(asked(guard, to(own)).status() == 0);
    CHECK(asked(guard, request("GET", "/", "HTTP/1.0")).status() == 0);
    for (auto const* other : {"evil.example", "evil.example:8080", "localhost.evil.example", "localhost.",
                              "127.0.0.1.evil.example", "127.0.0.1.", ".", "x.app.example", ""})
        CHECK(asked(guard, to(other)).status() == 421);
    CHECK(asked(check_local_host(), to("app.example")).status() == 421);
}

// What no Host field can be would never match, so it is refused while a person is looking.
TEST_CASE("hosts are spelled as they stand in a Host field")
{
    for (auto const* wrong :
         {"", "https://app.example", "app.example/", "*", "*.example", "a b", "user@app.example", ":8080",
          "app.example:", "app.example:http", "::1", "[::1", "a,b"}) {
        CHECK_THROWS_AS(check_host({wrong}), std::invalid_argument);
        CHECK_THROWS_AS(check_local_host({wrong}), std::invalid_argument);
    }
    CHECK_THROWS_AS(check_host({}), std::invalid_argument);
    CHECK_NOTHROW(check_host({"app.example", "127.0.0.1:8080", "[::1]:8080"}));
}
