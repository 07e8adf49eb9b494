// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>

#include <algorithm>
#include <cstdint>

namespace tidings::detail {

/// How often a peer may do what costs it little and us much: so many times at once, and so many a second in
/// the long run. Time is an argument.
class allowance
{
public:
    constexpr allowance(std::uint32_t at_once, std::uint32_t a_second) noexcept
        : at_once_(at_once), a_second_(a_second), left_(at_once)
    {}

    /// Once more. False when that was too often.
    bool use(time_point now) noexcept
    {
        if (since_ == time_point())
            since_ = now;
        auto const earned =
            static_cast<std::uint64_t>((now - since_) / std::chrono::milliseconds(1)) * a_second_ / 1000;
        if (earned != 0) {
            left_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(at_once_, left_ + earned));
            since_ = now;
        }
        if (left_ == 0)
            return false;
        --left_;
        return true;
    }

private:
    std::uint32_t at_once_;
    std::uint32_t a_second_;
    std::uint32_t left_;
    time_point since_{};
};

} // namespace tidings::detail
