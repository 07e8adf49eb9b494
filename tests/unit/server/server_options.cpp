// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/server_options.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace std::chrono_literals;

// Whoever closes an idle connection first may do so as the other one uses it again: between a balancer, which
// keeps it for 60 seconds by default, and the server that would be a 502 for the client.
TEST_CASE("a balancer closes an idle connection before the server does")
{
    CHECK(tidings::server_options().idle_timeout > 60s);
}
