// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop_timer.hpp>

namespace tidings::detail {

class carrier;

/// Until when a request may be answered, see `request::set_valid_until`. Its client is sent an event
/// `tidings-expiring` so long before, if its stream is open, and at the instant the answer ends. Made only
/// for requests that have such an instant. On the carrier's loop, which outlives it.
class rights final : internal::loop_timer
{
public:
    /// A notice of zero and less: none.
    rights(internal::loop& home, carrier& over, time_point until, duration notice);

    /// Instead of the instant so far.
    void move(time_point until);

private:
    void on_time() override;
    void announce();

    carrier& over_;
    time_point until_;
    duration const notice_;
};

/// That instant of the loop's time, which does not follow when the wall clock is set.
time_point in_time_of_loop(std::chrono::system_clock::time_point wall, time_point now) noexcept;

} // namespace tidings::detail
