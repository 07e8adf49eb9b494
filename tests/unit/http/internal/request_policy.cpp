// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/request_policy.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using tidings::internal::request_policy;

namespace {

request_policy begun(std::string_view method = "POST")
{
    request_policy policy({.body = 5, .header_count = 3});
    CHECK(policy.begin(method, "/path?query", "HTTP/1.1", 0, 0).status == 0);
    return policy;
}

} // namespace

// Whatever brings a request, in chunks or in frames: what is accepted and what is refused is said here.
TEST_CASE("the policy makes the request that it has accepted")
{
    auto policy = begun();
    CHECK(policy.add_header("Host", "a").status == 0);
    CHECK(policy.add_header("Expect", "100-continue").status == 0);
    CHECK(policy.end_head(true).status == 0);
    CHECK(policy.expects_continue());
    CHECK_FALSE(policy.body_size());
    CHECK(policy.announce(3).status == 0);
    policy.add_body("abc");
    CHECK(policy.add_trailer("C", "1").status == 0);
    auto const made = policy.take();
    CHECK(made.path() == "/path");
    CHECK(made.header("host") == "a");
    CHECK(made.body() == "abc");
    CHECK_FALSE(policy.has_head());
}

TEST_CASE("the policy refuses methods, targets, fields and lengths")
{
    request_policy fresh({});
    CHECK(fresh.begin("CONNECT", "a:1", "HTTP/1.1", 0, 0).status == 501);
    CHECK(fresh.begin("GET", "/%00", "HTTP/1.1", 0, 0).status == 400);
    CHECK(begun().add_header("Host", "a b").status == 400);
    CHECK(fresh.begin("G T", "/", "HTTP/1.1", 0, 0).status == 400);
    CHECK(begun().add_header("A b", "").status == 400);
    CHECK(begun().add_trailer("Content-Length", "1").status == 400);
    CHECK(begun().end_head(false).status == 400); // without a Host
    CHECK(begun().add_header("Content-Length", "18446744073709551616").status == 400);

    auto policy = begun();
    CHECK(policy.add_header("content-length", "6").status == 0);
    CHECK(policy.add_header("Content-Length", "6").status == 400);
    CHECK(policy.is_body_too_large());
    CHECK(policy.announce(6).status == 413);
    CHECK(policy.add_header("A", "1").status == 0);
    CHECK(policy.add_header("B", "1").status == 431);
    CHECK(policy.add_trailer("C", "1").status == 431);
}
