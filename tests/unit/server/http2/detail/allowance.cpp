// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/http2/detail/allowance.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace std::chrono_literals;
using tidings::time_point;
using tidings::detail::allowance;

// What is used up comes back by time alone, and never to more than there was.
TEST_CASE("an allowance is so much at once and so much a second")
{
    time_point const start = time_point() + 1h;
    allowance left(3, 2);
    for (int i = 0; i != 3; ++i)
        CHECK(left.use(start));
    CHECK_FALSE(left.use(start));
    CHECK_FALSE(left.use(start + 400ms));
    CHECK(left.use(start + 500ms));
    CHECK_FALSE(left.use(start + 500ms));
    for (int i = 0; i != 3; ++i)
        CHECK(left.use(start + 1h));
    CHECK_FALSE(left.use(start + 1h));
}
