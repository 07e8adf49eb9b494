// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/reconnect_pace.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <random>

using namespace std::chrono_literals;
using namespace tidings::detail;

TEST_CASE("the mean pause is streams by rate, within bounds")
{
    CHECK(mean_pause(10'000, 1'000) == 10s);
    CHECK(mean_pause(10'000, 500) == 20s);
    CHECK(mean_pause(0, 500) == 2s);
    CHECK(mean_pause(1'000'000, 500) == 40s);
    CHECK(mean_pause(1, 0) == 40s);
    CHECK(mean_pause(1, 0.0001) == 40s);
}

// Whatever the number of streams, no client comes back within a second, or waits for more than a minute, and
// no second gets much more than the rate.
TEST_CASE("pauses spread streams over the rate")
{
    std::mt19937_64 random(7);
    for (std::size_t const streams : {10u, 3'000u, 10'000u, 30'000u}) {
        std::map<std::chrono::seconds, std::size_t> openings;
        for (std::size_t i = 0; i < streams; ++i) {
            auto const pause = draw_pause(mean_pause(streams, 1'000), random());
            REQUIRE(pause >= 1s);
            REQUIRE(pause <= 60s);
            ++openings[std::chrono::floor<std::chrono::seconds>(pause)];
        }
        auto const most =
            std::ranges::max_element(openings, {}, [](auto const& each) { return each.second; });
        CHECK(most->second <= std::max<std::size_t>(1'100, streams));
        CHECK((streams < 10'000 || most->second <= 1'100));
        CHECK((streams != 10'000 || (openings.begin()->first == 5s && openings.rbegin()->first == 14s)));
    }
}

TEST_CASE("a client is told anew when its pause is wrong by half")
{
    CHECK(is_out_of_date(0, 2s));
    CHECK_FALSE(is_out_of_date(2, 2s));
    CHECK_FALSE(is_out_of_date(2, 3s));
    CHECK(is_out_of_date(2, 3001ms));
    CHECK_FALSE(is_out_of_date(3, 2s));
    CHECK(is_out_of_date(4, 2s));
    CHECK_FALSE(is_out_of_date(40, 40s));
}

// The best second counts by half, unless the loop was held up in it, and never less than the floor.
TEST_CASE("what a loop has borne")
{
    opening_rate rate;
    auto const second = [&rate](int openings, bool was_held_up) {
        for (int i = 0; i < openings; ++i)
            rate.count();
        rate.end_second(was_held_up);
    };
    CHECK(rate.borne() == opening_rate::floor);
    second(100, false);
    CHECK(rate.borne() == opening_rate::floor);
    second(5'000, true);
    CHECK(rate.borne() == opening_rate::floor);
    second(4'000, false);
    CHECK(rate.borne() == 2'000);
    second(1, false);
    CHECK(rate.borne() == 2'000);
}
