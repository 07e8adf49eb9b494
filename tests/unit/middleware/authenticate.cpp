// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/authenticate.hpp>

#include "unit/middleware/asked.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

using namespace tidings;
using test::asked;

// 401 names what to bring, and 403 does not ask again.
TEST_CASE("what the function does not grant is answered")
{
    auto const guard = authenticate(
        [](request const& head) {
            auto const token = bearer_token(head);
            return token.empty()       ? admission::unauthenticated
                   : token == "s3cret" ? admission::granted
                                       : admission::forbidden;
        },
        "Bearer realm=\"builds\"");

    asked const unknown(guard, request::get("/"));
    CHECK(unknown.status() == 401);
    CHECK(unknown.header("WWW-Authenticate") == "Bearer realm=\"builds\"");

    asked const known(guard, request::get("/").with_header("Authorization", "Bearer wrong"));
    CHECK(known.status() == 403);
    CHECK(known.header("WWW-Authenticate").empty());

    CHECK(asked(guard, request::get("/").with_header("Authorization", "Bearer s3cret")).status() == 0);

    CHECK_THROWS_AS(authenticate(nullptr), std::invalid_argument);
    auto const grant_all = [](request const&) { return admission::granted; };
    CHECK_THROWS_AS(authenticate(grant_all, "two\nlines"), std::invalid_argument);
}

// Basic credentials are compared as they come, without being decoded; who brings none, or others, is told how
// to bring them.
TEST_CASE("Basic credentials")
{
    auto const guard = authenticate(
        [](request const& head) {
            bool const is_known =
                equal_in_constant_time(head.header("Authorization"), "Basic YWRhOnNlY3JldA==");
            return is_known ? admission::granted : admission::unauthenticated;
        },
        "Basic realm=\"admin\"");
    auto const with = [](std::string_view value) {
        return request::get("/").with_header("Authorization", value);
    };
    CHECK(asked(guard, with("Basic YWRhOnNlY3JldA==")).status() == 0);
    CHECK(asked(guard, with("Basic YWRhOnNlY3JlcA==")).status() == 401);
    asked const unknown(guard, request::get("/"));
    CHECK(unknown.header("WWW-Authenticate") == "Basic realm=\"admin\"");
}

// Who it is that was granted goes on with the request.
TEST_CASE("the function names the principal")
{
    auto const guard = authenticate([](request& head) {
        head.set_principal("owner of " + std::string(bearer_token(head)));
        return admission::granted;
    });
    auto head = request::get("/").with_header("Authorization", "Bearer abc");
    headers fields;
    CHECK_FALSE(guard(head, fields));
    CHECK(head.principal() == "owner of abc");
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

// Secrets are the same when all of their bytes are, wherever the first difference stands.
TEST_CASE("secrets are compared whole")
{
    std::string const secret("a\0b\xff secret", 11);
    CHECK(equal_in_constant_time(secret, secret));
    CHECK(equal_in_constant_time("", std::string_view()));
    CHECK_FALSE(equal_in_constant_time(secret, ""));
    CHECK_FALSE(equal_in_constant_time(secret, std::string_view(secret).substr(1)));
    for (std::size_t i = 0; i != secret.size(); ++i) {
        std::string other = secret;
        other[i] = static_cast<char>(other[i] ^ 0x80);
        CHECK_FALSE(equal_in_constant_time(secret, other));
        CHECK_FALSE(equal_in_constant_time(other, secret));
    }
}
