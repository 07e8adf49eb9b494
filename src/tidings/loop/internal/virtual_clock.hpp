// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop.hpp>
#include <tidings/loop/time.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <optional>

namespace tidings::internal {

/// Takes a loop's time into the hands of a test: it stands still until it is advanced. Made before anything
/// waits on the loop, and used by one thread, while nothing else runs on it.
class virtual_clock
{
public:
    virtual_clock(boost::asio::any_io_executor const& executor, time_point start);

    time_point now() const noexcept { return loop_.now(); }

    /// The next instant at which something may fall due. It never lies after the earliest wait, and may lie
    /// before it.
    std::optional<time_point> next_due() { return loop_.next_due(); }

    /// Moves on, and wakes what falls due. The woken run in the loop's next turn.
    void advance_to(time_point instant) { loop_.advance_virtual_time(instant); }

    /// Whether other threads are at work (`run_blocking`) for somebody who waits here.
    bool has_work_elsewhere() const noexcept { return loop_.has_work_elsewhere(); }

private:
    loop& loop_;
};

} // namespace tidings::internal
