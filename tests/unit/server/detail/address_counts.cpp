// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/address_counts.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <thread>
#include <utility>
#include <vector>

using tidings::detail::address_counts;

TEST_CASE("streams are counted by their address")
{
    address_counts counts;
    auto first = counts.add("192.0.2.1");
    CHECK(first.count() == 1);
    auto const other = counts.add("192.0.2.2");
    CHECK(other.count() == 1);
    {
        auto const second = counts.add("192.0.2.1");
        CHECK(second.count() == 2);
    }
    CHECK(counts.add("192.0.2.1").count() == 2); // its place is given back at once
    first = {};
    CHECK(counts.add("192.0.2.1").count() == 1);
}

// A place that has been moved from gives nothing back a second time.
TEST_CASE("a place can be moved")
{
    address_counts counts;
    auto place = counts.add("a");
    auto moved = std::move(place);
    CHECK(moved.count() == 1);
    place = counts.add("b");
    CHECK(counts.add("a").count() == 2);
    std::swap(place, moved);
    place = {};
    CHECK(counts.add("a").count() == 1);
    CHECK(counts.add("b").count() == 2);
}

TEST_CASE("places are taken and given back on many threads")
{
    address_counts counts;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&counts] {
                for (int i = 0; i < 2'000; ++i) {
                    auto const one = counts.add("a");
                    auto const two = counts.add(std::to_string(i % 10));
                }
            });
    }
    CHECK(counts.add("a").count() == 1);
    CHECK(counts.add("3").count() == 1);
}
