// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/check_host.hpp>

#include "unit/middleware/exchange.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace tidings;
using test::exchange;

namespace {

request to(std::string_view host)
{
    return request::get("/").with_header("Host", host);
}

} // namespace

// Another name that leads here gets 421 and the handler never runs. A name stands for all its ports, unless
// it was given one.
TEST_CASE("requests for other hosts are refused")
{
    auto const guard = check_host({"localhost", "App.example:8443", "[::1]", "192.0.2.1"});
    for (auto const* own : {"localhost", "localhost:8080", "LocalHost", "app.EXAMPLE:8443", "[::1]",
                            "[::1]:8080", "192.0.2.1:80"})
        CHECK(exchange(guard, test::say_hello, to(own)).status() == 200);
    for (auto const* other : {"evil.example", "evil.example:8080", "app.example", "app.example:8080",
                              "app.example:8443.evil.example", "localhost.evil.example", "evil.localhost",
                              "localhost.", "[::2]", "[::1", "192.0.2.10", ""})
        CHECK(exchange(guard, test::say_hello, to(other)).status() == 421);
    CHECK(exchange(guard, test::say_hello, request::get("/")).status() == 421);

    exchange stream(guard, test::tick, to("evil.example"));
    CHECK(stream.is_over());
    CHECK(stream.sent().empty());
}

// What no Host field can be would never match, so it is refused while a person is looking.
TEST_CASE("hosts are spelled as they stand in a Host field")
{
    for (auto const* wrong :
         {"", "https://app.example", "app.example/", "*", "*.example", "a b", "user@app.example", ":8080",
          "app.example:", "app.example:http", "::1", "[::1", "a,b"})
        CHECK_THROWS_AS(check_host({wrong}), std::invalid_argument);
    CHECK_THROWS_AS(check_host({}), std::invalid_argument);
    CHECK_NOTHROW(check_host({"app.example", "127.0.0.1:8080", "[::1]:8080"}));
}
