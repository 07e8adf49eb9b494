// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>

namespace tidings {

/// The clock of every wait. A loop's time may be virtual; its instants are instants of this clock all the
/// same.
using clock = std::chrono::steady_clock;
using time_point = clock::time_point; ///< of `clock`
using duration = clock::duration;     ///< of `clock`

/// `from + by`, or the end of time, `time_point::max()`: the sum of an instant and a long duration has no
/// other value, and what would wrap lies in the past. What is due at the end of time never is.
inline time_point later(time_point from, duration by) noexcept
{
    return by < time_point::max() - from ? from + by : time_point::max();
}

} // namespace tidings
