// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/history.hpp>
#include <tidings/hub/topic_log.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tidings::detail {

/// What came of reading a log.
struct restoring
{
    std::vector<std::uint64_t> superseded; ///< numbers of events that newer ones replace
    std::uint64_t kept_from = 0;           ///< the history begins here; 0: with all that the log gave
    std::size_t unreadable = 0;            ///< events that were left out, see `fault_of`
    std::string first_fault;
};

/// Fills an empty history with what a log has kept. The clocks tell how old its events are. Throws
/// `std::runtime_error` for an epoch and a next number that no topic can have.
restoring restore(history& into, log_tail tail, time_point now,
                  std::chrono::system_clock::time_point wall_clock_now);

} // namespace tidings::detail
