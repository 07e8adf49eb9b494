// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace tidings::detail {

/// How long a slow peer is still waited for. While bytes wait for it its time runs; each byte that it takes
/// gives back as much as a byte lasts at the least rate. So one that takes nothing is given up after its
/// time, one that is slower than the rate a little later, and one that keeps the rate never. Time is an
/// argument.
class patience
{
public:
    /// The peer has let us wait.
    void spend(duration waited) noexcept
    {
        auto const more = std::clamp<std::int64_t>(waited / std::chrono::milliseconds(1), 0, most - spent_);
        spent_ += static_cast<std::uint32_t>(more);
    }

    /// The peer has taken so many bytes in all. Rate 0: any byte gives all of its time back.
    void earn(std::uint64_t taken, std::size_t least_rate) noexcept
    {
        std::uint64_t const fresh = static_cast<std::uint32_t>(taken) - taken_;
        taken_ = static_cast<std::uint32_t>(taken);
        if (fresh == 0)
            return;
        std::uint64_t const earned = least_rate == 0 ? spent_ : fresh * 1000 / least_rate;
        spent_ -= static_cast<std::uint32_t>(std::min<std::uint64_t>(spent_, earned));
    }

    /// What is left of `all`; negative when it is over.
    duration left(duration all) const noexcept { return all - std::chrono::milliseconds(spent_); }

private:
    static constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();

    std::uint32_t taken_ = 0; // bytes, which wrap
    std::uint32_t spent_ = 0; // milliseconds
};

} // namespace tidings::detail
