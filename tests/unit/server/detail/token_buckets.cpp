// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/token_buckets.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstddef>
#include <string>

using namespace std::chrono_literals;
using tidings::time_point;
using tidings::detail::token_buckets;

namespace {

constexpr time_point first_moment = time_point(1h);

}

TEST_CASE("a burst, and then the rate")
{
    token_buckets buckets(0.5, 3);
    for (int i = 0; i < 3; ++i)
        CHECK(buckets.take_one("ada", first_moment));
    CHECK_FALSE(buckets.has_one("ada", first_moment));
    CHECK_FALSE(buckets.take_one("ada", first_moment + 1999ms));
    CHECK(buckets.take_one("ada", first_moment + 2s));
    CHECK_FALSE(buckets.take_one("ada", first_moment + 2s));
    CHECK(buckets.take_one("bob", first_moment + 2s)); // each has a share of its own
    for (int i = 0; i < 3; ++i)                        // never more than the burst
        CHECK(buckets.take_one("ada", first_moment + 1h));
    CHECK_FALSE(buckets.take_one("ada", first_moment + 1h));
}

// Looking takes nothing, and time that goes back gives nothing.
TEST_CASE("one who only asks has as much as before")
{
    token_buckets buckets(1, 0); // 0 means 1
    CHECK(buckets.has_one("ada", first_moment));
    CHECK(buckets.has_one("ada", first_moment));
    CHECK(buckets.names() == 0);
    CHECK(buckets.take_one("ada", first_moment));
    CHECK_FALSE(buckets.take_one("ada", first_moment - 1s));
    CHECK_FALSE(buckets.take_one("ada", first_moment + 999ms));
    CHECK(buckets.take_one("ada", first_moment + 1s));
}

TEST_CASE("without a rate there is no limit, and nobody is kept")
{
    token_buckets buckets(0, 1);
    CHECK(buckets.take_one("ada", first_moment));
    CHECK(buckets.take_one("ada", first_moment));
    CHECK(buckets.names() == 0);
}

// Whoever chooses names freely fills no more than the table, and keeps nobody out.
TEST_CASE("the names that are kept are bounded")
{
    token_buckets buckets(0.001, 1);
    for (std::size_t i = 0; i < 2 * token_buckets::most_names; ++i)
        REQUIRE(buckets.take_one(std::to_string(i), first_moment));
    CHECK(buckets.names() == token_buckets::most_names);
    CHECK_FALSE(buckets.take_one("0", first_moment));
    CHECK(buckets.take_one("newcomer", first_moment + 2000s)); // by then all are full again
    CHECK(buckets.names() == 1);
}
