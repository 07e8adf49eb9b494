// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/check_origin.hpp>

#include "unit/middleware/asked.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace tidings;
using test::asked;

// A foreign page gets 403; own pages and other programs pass.
TEST_CASE("requests of foreign origins are refused")
{
    auto const guard = check_origin({"https://app.example", "http://localhost:3000"});
    auto const status_for = [&](std::string_view origin) {
        return asked(guard, request::post("/", "").with_header("Origin", origin)).status();
    };
    CHECK(status_for("https://app.example") == 0);
    CHECK(status_for("http://localhost:3000") == 0);
    for (auto const* foreign : {"https://evil.example", "http://app.example", "https://app.example:8443",
                                "https://app.example.evil.example", "https://APP.example", "null", ""})
        CHECK(status_for(foreign) == 403);
    CHECK(asked(guard, request::get("/")).status() == 0);
}

// Browsers send no Origin where a page only shows what it gets, as a picture, a script or a frame, but say
// that the page is another site's. A link that somebody follows opens a window of its own.
TEST_CASE("requests of foreign sites without an origin are refused")
{
    auto const guard = check_origin({"https://app.example"});
    auto const status_for = [&](std::string_view method, std::string_view site, std::string_view mode,
                                std::string_view destination) {
        auto head = request(method, "/")
                        .with_header("Sec-Fetch-Site", site)
                        .with_header("Sec-Fetch-Mode", mode)
                        .with_header("Sec-Fetch-Dest", destination);
        return asked(guard, head).status();
    };
    CHECK(status_for("GET", "cross-site", "no-cors", "image") == 403);
    CHECK(status_for("GET", "cross-site", "no-cors", "script") == 403);
    CHECK(status_for("GET", "cross-site", "navigate", "iframe") == 403);
    CHECK(status_for("POST", "cross-site", "navigate", "document") == 403);
    CHECK(status_for("GET", "cross-site", "navigate", "document") == 0);
    for (auto const* own : {"same-origin", "same-site", "none"})
        CHECK(status_for("GET", own, "no-cors", "image") == 0);
    // What an Origin says goes before: a listed page of another site may ask.
    CHECK(asked(guard, request::get("/")
                           .with_header("Origin", "https://app.example")
                           .with_header("Sec-Fetch-Site", "cross-site"))
              .status() == 0);
}

// Pages of the server itself pass without being named: the browser says that they are, or the Origin of what
// they post names the host that was asked. Where it says otherwise, a name proves nothing.
TEST_CASE("a server's own pages may ask")
{
    auto const guard = check_origin();
    auto const status_for = [&](std::string_view host, std::string_view origin, std::string_view site) {
        auto head = request::post("/", "").with_header("Host", host).with_header("Origin", origin);
        if (!site.empty())
            head = std::move(head).with_header("Sec-Fetch-Site", site);
        return asked(guard, head).status();
    };
    CHECK(status_for("app.example", "https://app.example", "same-origin") == 0);
    CHECK(status_for("app.example", "null", "same-origin") == 0); // Referrer-Policy: no-referrer
    CHECK(status_for("app.example", "https://app.example", "") == 0);
    CHECK(status_for("127.0.0.1:8080", "http://127.0.0.1:8080", "") == 0);
    CHECK(status_for("[::1]:8080", "http://[::1]:8080", "") == 0);
    CHECK(status_for("app.example", "http://app.example", "same-site") == 403); // read and written on the way
    CHECK(status_for("app.example", "http://app.example", "cross-site") == 403);
    CHECK(status_for("127.0.0.1:8080", "http://127.0.0.1:8081", "") == 403);
    CHECK(status_for("app.example", "https://evil.example", "") == 403);
    CHECK(status_for("app.example", "null", "") == 403);
}

// What no browser sends would never match, so it is refused while a person is looking.
TEST_CASE("origins are spelled as browsers send them")
{
    for (auto const* wrong : {"app.example", "https://app.example/", "https://", "://app", "*", "null",
                              "https://App.example", "https://*.example", "https://user@app.example", ""})
        CHECK_THROWS_AS(check_origin({wrong}), std::invalid_argument);
    CHECK_NOTHROW(check_origin({"https://app.example", "http://[::1]:3000", "http://127.0.0.1:8080"}));
}
