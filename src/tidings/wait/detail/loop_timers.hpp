// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/loop_clock.hpp>
#include <tidings/wait/detail/small_lock.hpp>
#include <tidings/wait/detail/timer_wheel.hpp>
#include <tidings/wait/detail/turn_queue.hpp>
#include <tidings/wait/time.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

namespace tidings::detail {

/// Something that happens at an instant of a loop's time.
class timer_entry : public wheel_entry
{
public:
    /// The instant has come. Called with the loop's timer lock held and the entry taken out; it may unlock,
    /// and leaves the lock held.
    virtual void expire(std::unique_lock<small_lock>& timers) = 0;

    /// The loop ends first: the entry has been taken out and must not look for its loop any more.
    virtual void drop() noexcept {}

protected:
    ~timer_entry() = default;
};

/// The timers of a loop: a wheel of entries, and one timer of Asio that is armed for the first of them.
/// What falls due begins a turn, where none is under way.
class loop_timers
{
public:
    loop_timers(turn_queue& turns, loop_clock& clock) noexcept : turns_(turns), clock_(clock) {}

    void bind(boost::asio::any_io_executor const& executor) { timer_.emplace(executor); }

    // With this lock held.
    small_lock& lock() noexcept { return lock_; }
    void add(timer_entry& entry, time_point when);
    void remove(timer_entry& entry);

    // These take the lock themselves.

    /// Drops all entries. For a loop that shuts down.
    void close() noexcept;

    /// Arms, if the turn has put it off.
    void turn_has_ended()
    {
        if (!must_arm_.load(std::memory_order_relaxed))
            return;
        std::lock_guard const guard(lock_);
        arm();
    }

    /// The longest time, since this was asked last, for which all others were kept waiting: by a turn, or by
    /// what is no turn of ours, beyond the instant of a timer.
    duration take_delay() noexcept;
    void note_delay(duration of_others) noexcept;

    time_point now() const noexcept { return clock_.now(); }

    void use_virtual_time(time_point start);

    /// Moves on, and wakes what falls due.
    void advance_virtual_time(time_point to);

    /// Never after the instant of the first entry, and perhaps before it.
    std::optional<time_point> next_due();

private:
    void arm();
    void timer_fired();
    void check_thread();
    void expire_due(std::unique_lock<small_lock>& timers);

    turn_queue& turns_;
    loop_clock& clock_;

    small_lock lock_;
    timer_wheel wheel_;
    std::optional<boost::asio::steady_timer> timer_;
    std::optional<std::uint64_t> armed_; // the tick
    time_point late_after_; // when the armed timer fires; its tick may have been in the past already
    duration delay_{};
    std::atomic<bool> must_arm_{false}; // at the end of a turn; written under the lock
};

} // namespace tidings::detail
