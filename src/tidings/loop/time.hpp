// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>

namespace tidings {

/// The clock behind every wait. A loop's time may be virtual; its time points are still time points of this
/// clock.
using clock = std::chrono::steady_clock;
using time_point = clock::time_point; ///< of `clock`
using duration = clock::duration;     ///< of `clock`

/// `from + by`, or `time_point::max()` if the sum would exceed it: long durations mean "never", and an
/// overflow would wrap into the past. A deadline at `time_point::max()` never passes.
inline time_point later(time_point from, duration by) noexcept
{
    return by < time_point::max() - from ? from + by : time_point::max();
}

} // namespace tidings
