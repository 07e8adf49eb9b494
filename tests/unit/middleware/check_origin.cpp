// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/check_origin.hpp>

#include "unit/middleware/exchange.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace tidings;
using test::exchange;

// A foreign page gets 403 and the handler never runs; own pages and other programs pass.
TEST_CASE("requests of foreign origins are refused")
{
    auto const guard = check_origin({"https://app.example", "http://localhost:3000"});
    auto const status_for = [&](std::string_view origin) {
        return exchange(guard, test::say_hello, request::post("/", "").with_header("Origin", origin))
            .status();
    };
    CHECK(status_for("https://app.example") == 200);
    CHECK(status_for("http://localhost:3000") == 200);
    for (auto const* foreign : {"https://evil.example", "http://app.example", "https://app.example:8443",
                                "https://app.example.evil.example", "https://APP.example", "null", ""})
        CHECK(status_for(foreign) == 403);
    CHECK(exchange(guard, test::say_hello, request::get("/")).status() == 200);

    exchange stream(guard, test::tick, request::get("/").with_header("Origin", "https://evil.example"));
    CHECK(stream.is_over());
    CHECK(stream.sent().empty());
}

// What no browser sends would never match, so it is refused while a person is looking.
TEST_CASE("origins are spelled as browsers send them")
{
    for (auto const* wrong : {"app.example", "https://app.example/", "https://", "://app", "*", "null",
                              "https://App.example", "https://*.example", "https://user@app.example", ""})
        CHECK_THROWS_AS(check_origin({wrong}), std::invalid_argument);
    CHECK_NOTHROW(check_origin({"https://app.example", "http://[::1]:3000", "http://127.0.0.1:8080"}));
}
