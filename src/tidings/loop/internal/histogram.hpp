// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace tidings::internal {

/// How many of the durations that were added lie below each of some fixed bounds, which are in seconds, rise,
/// and outlive it.
class histogram
{
public:
    explicit histogram(std::span<double const> bounds) : bounds_(bounds), counts_(bounds.size() + 1) {}

    void add(duration taken, std::uint64_t times = 1)
    {
        double const seconds = std::chrono::duration<double>(taken).count();
        counts_[static_cast<std::size_t>(std::ranges::lower_bound(bounds_, seconds) - bounds_.begin())] +=
            times;
        sum_ += seconds * static_cast<double>(times);
    }

    std::span<double const> bounds() const noexcept { return bounds_; }
    /// Those up to each bound and above the one before it; last those above all.
    std::span<std::uint64_t const> counts() const noexcept { return counts_; }
    std::uint64_t count() const noexcept
    {
        std::uint64_t all = 0;
        for (auto const each : counts_)
            all += each;
        return all;
    }
    double sum() const noexcept { return sum_; }

    /// Adds what another one of the same bounds has counted.
    void add(histogram const& other)
    {
        for (std::size_t i = 0; i < counts_.size(); ++i)
            counts_[i] += other.counts_[i];
        sum_ += other.sum_;
    }

private:
    std::span<double const> bounds_;
    std::vector<std::uint64_t> counts_;
    double sum_ = 0;
};

} // namespace tidings::internal
