// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/authenticate.hpp>

#include "unit/middleware/exchange.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace tidings;
using test::exchange;

// 401 names what to bring, 403 does not ask again, and neither runs the handler.
TEST_CASE("what the check does not grant is answered in the handler's place")
{
    auto const guard = authenticate(
        [](request const& asked) {
            auto const token = bearer_token(asked);
            return token.empty()       ? admission::unauthenticated
                   : token == "s3cret" ? admission::granted
                                       : admission::forbidden;
        },
        "Bearer realm=\"builds\"");

    exchange unknown(guard, test::tick, request::get("/"));
    CHECK(unknown.status() == 401);
    CHECK(unknown.header("WWW-Authenticate") == "Bearer realm=\"builds\"");
    CHECK(unknown.is_over());

    exchange known(guard, test::tick, request::get("/").with_header("Authorization", "Bearer wrong"));
    CHECK(known.status() == 403);
    CHECK(known.header("WWW-Authenticate").empty());
    CHECK(known.is_over());

    exchange granted(guard, test::tick, request::get("/").with_header("Authorization", "Bearer s3cret"));
    granted.advance(std::chrono::seconds(2));
    CHECK(granted.sent() == "data: tick\n\ndata: tick\n\n");
    CHECK_FALSE(granted.is_over());

    CHECK_THROWS_AS(authenticate(nullptr), std::invalid_argument);
}

// The scheme is read whatever its case, and only this scheme.
TEST_CASE("bearer tokens")
{
    auto const token_in = [](std::string_view value) {
        return std::string(bearer_token(request::get("/").with_header("Authorization", value)));
    };
    CHECK(token_in("Bearer abc.def") == "abc.def");
    CHECK(token_in("bEARER  abc") == "abc");
    CHECK(token_in("Bearer") == "");
    CHECK(token_in("Basic abc") == "");
    CHECK(token_in("Bearerabc") == "");
    CHECK(bearer_token(request::get("/")).empty());
}

// Names are compared whole, and values are as they were sent.
TEST_CASE("cookies")
{
    auto const asked = request::get("/").with_header("Cookie", "xid=1; id=2=3;flag; empty=;  last=z");
    CHECK(cookie(asked, "xid") == "1");
    CHECK(cookie(asked, "id") == "2=3");
    CHECK(cookie(asked, "empty") == "");
    CHECK(cookie(asked, "last") == "z");
    CHECK(cookie(asked, "flag") == "");
    CHECK(cookie(asked, "ID") == "");
    CHECK(cookie(request::get("/"), "id") == "");
    CHECK(cookie(request::get("/").with_header("Cookie", ";;="), "id") == "");
}
