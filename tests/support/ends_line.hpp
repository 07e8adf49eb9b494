// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/ends.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <vector>

namespace tidings::test {

/// How the clients of a row have ended.
struct seen_ends
{
    std::vector<double> times; ///< in milliseconds since the first left, rising; empty: they stay
    std::size_t clients_gone = 0;
    std::size_t write_timeouts = 0;
    std::string log; ///< its last line, or why the stream was cut; empty: nothing
};

/// The line of a row: when the first, the median and the last ended, how they are counted, what the log says.
inline std::string line_of(end_row const& row, seen_ends const& seen)
{
    auto const& times = seen.times;
    std::string const when = times.empty() ? "stay"
                                           : fmt::format("{:.1f} {:.1f} {:.1f}", times.front(),
                                                         times[times.size() / 2], times.back());
    return fmt::format("| {} | {} | {} | {} | {} | {} |", to_string(row.what), to_string(row.how), when,
                       seen.clients_gone, seen.write_timeouts, seen.log.empty() ? "nothing" : seen.log);
}

} // namespace tidings::test
