// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>

namespace tidings {

/// The clock of every wait. A loop's time may be virtual; its instants are instants of this clock all the
/// same.
using clock = std::chrono::steady_clock;
using time_point = clock::time_point;
using duration = clock::duration;

namespace detail {

/// `from + by`, or the end of time.
inline time_point later(time_point from, duration by) noexcept
{
    return by < time_point::max() - from ? from + by : time_point::max();
}

} // namespace detail
} // namespace tidings
