// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/turn_queue.hpp>
#include <tidings/wait/time.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace tidings::detail {

/// The time of a loop, real or the virtual time of a test, and the ticks in which its timers are kept.
class loop_clock
{
public:
    explicit loop_clock(turn_queue& turns) : turns_(turns), epoch_(clock::now()) {}

    time_point now() const noexcept
    {
        return is_virtual() ? virtual_now_.load(std::memory_order_relaxed) : clock::now();
    }

    /// The time at which the present turn has begun: good enough to see what is due, and cheaper. Never ahead
    /// of `now()`, and `now()` outside of turns.
    time_point turn_time() noexcept
    {
        return turns_.is_in_turn() && !is_virtual() ? turns_.time_of_turn() : now();
    }

    // Ticks. An instant between two of them falls due at the later one.

    std::uint64_t tick_at_or_after(time_point when) const noexcept
    {
        if (when <= epoch_)
            return 0;
        return static_cast<std::uint64_t>((when - epoch_ - duration(1)) / tick + 1);
    }

    std::uint64_t tick_reached_at(time_point now) const noexcept
    {
        return static_cast<std::uint64_t>((now - epoch_) / tick);
    }

    time_point instant_of(std::uint64_t reached) const noexcept
    {
        // The last tick of all begins behind the end of time.
        auto const ticks = static_cast<duration::rep>(reached);
        return ticks <= (time_point::max() - epoch_) / tick ? epoch_ + ticks * tick : time_point::max();
    }

    // Virtual time. Before there are timers; from one thread, while nothing else runs on the loop.

    bool is_virtual() const noexcept { return is_virtual_.load(std::memory_order_relaxed); }

    void stand_still_at(time_point start) noexcept
    {
        epoch_ = start;
        virtual_now_ = start;
        is_virtual_ = true;
    }

    /// Never backwards.
    void advance_to(time_point instant) noexcept { virtual_now_ = std::max(virtual_now_.load(), instant); }

private:
    static constexpr auto tick = std::chrono::milliseconds(1);

    turn_queue& turns_;
    time_point epoch_; // tick 0
    std::atomic<bool> is_virtual_{false};
    std::atomic<time_point> virtual_now_{};
};

} // namespace tidings::detail
