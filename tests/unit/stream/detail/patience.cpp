// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/detail/patience.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <limits>

using namespace std::chrono_literals;
using tidings::duration;
using tidings::detail::patience;

// What the peer takes gives it time back at the least rate, and never more than it has used.
TEST_CASE("a peer earns time by what it takes")
{
    patience with;
    with.spend(9s);
    CHECK(with.left(10s) == 1s);
    with.earn(500, 100);
    CHECK(with.left(10s) == 6s);
    with.earn(500, 100); // nothing more
    CHECK(with.left(10s) == 6s);
    with.earn(5000, 100);
    CHECK(with.left(10s) == 10s);
}

// Without a least rate one byte is as good as many.
TEST_CASE("without a least rate any byte is enough")
{
    patience with;
    with.spend(9s);
    with.earn(1, 0);
    CHECK(with.left(10s) == 10s);
    with.spend(9s);
    with.earn(1, 0);
    CHECK(with.left(10s) == 1s);
}

// Neither a long wait nor many bytes make a number wrap to the peer's harm or good.
TEST_CASE("patience at the ends of its numbers")
{
    patience with;
    with.spend(duration::max());
    with.spend(1s);
    CHECK(with.left(1h) < duration::zero());
    with.spend(-1h);
    with.earn(std::numeric_limits<std::uint32_t>::max(), std::numeric_limits<std::size_t>::max());
    CHECK(with.left(1h) < duration::zero());
    with.earn(std::uint64_t{1} << 32, 0); // one more byte, which wraps
    CHECK(with.left(1h) == 1h);
}
