// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/detail/timer_wheel.hpp>
#include <tidings/loop/internal/spinlock.hpp>
#include <tidings/loop/time.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

namespace tidings::internal {

/// Something that happens at an instant of a loop's time.
class timer_entry : public detail::wheel_entry
{
public:
    /// The instant has come. Called with the loop's timer lock held and the entry taken out; it may unlock,
    /// and leaves the lock held.
    virtual void expire(std::unique_lock<spinlock>& timers) = 0;

    /// The loop ends first: the entry has been taken out and must not look for its loop any more.
    virtual void drop() noexcept {}

protected:
    ~timer_entry() = default;
};

} // namespace tidings::internal

namespace tidings::detail {

/// The time of a loop, real or the virtual time of a test, and its timers: a wheel of entries, and one timer
/// of Asio that is armed for the first of them. Knows no turns: the loop, which derives from it, says when to
/// arm and what follows when an instant has come.
class timers
{
public:
    timers(timers const&) = delete;
    timers& operator=(timers const&) = delete;

    time_point now() const noexcept
    {
        return is_virtual() ? virtual_now_.load(std::memory_order_relaxed) : clock::now();
    }

    /// The longest time, since this was asked last, for which all others were kept waiting: by a turn, or by
    /// what is no turn of ours, beyond the instant of a timer.
    duration take_delay() noexcept;

    // Virtual time. Before there are timers; from one thread, while nothing else runs on the loop.

    void use_virtual_time(time_point start);
    /// Moves on, never backwards, and wakes what falls due.
    void advance_virtual_time(time_point to);
    /// Never after the instant of the first entry, and perhaps before it.
    std::optional<time_point> next_due();

protected:
    timers() : epoch_(clock::now()) {}
    ~timers() = default;

    void bind(boost::asio::any_io_executor const& executor) { timer_.emplace(executor); }

    internal::spinlock& timer_lock() noexcept { return lock_; }

    bool is_virtual() const noexcept { return is_virtual_.load(std::memory_order_relaxed); }

    void note_delay(duration of_others) noexcept;

    /// Arms, if that was put off.
    void arm_if_due()
    {
        if (!must_arm_.load(std::memory_order_relaxed))
            return;
        std::lock_guard const guard(lock_);
        arm();
    }

    /// After `on_timer`: expires what is due at `when`.
    void expire_fired(time_point when);

    /// Drops all entries. For a loop that shuts down.
    void close() noexcept;

    // With the lock held.

    void add(wheel_entry& entry, time_point when) { wheel_.add(entry, tick_at_or_after(when)); }
    /// True when the timer of Asio is armed for nothing any more.
    bool remove(wheel_entry& entry)
    {
        wheel_.remove(entry);
        return wheel_.is_empty() && armed_.has_value();
    }
    void arm();
    void arm_later() noexcept { must_arm_.store(true, std::memory_order_relaxed); }

private:
    /// The timer of Asio has fired. What is due waits for `expire_fired`, or for the next arming.
    virtual void on_timer() = 0;

    static constexpr auto tick = std::chrono::milliseconds(1);

    // An instant between two ticks falls due at the later one.
    std::uint64_t tick_at_or_after(time_point when) const noexcept;
    std::uint64_t tick_reached_at(time_point now) const noexcept;
    time_point instant_of(std::uint64_t reached) const noexcept;

    void expire_due(std::unique_lock<internal::spinlock>& locked, time_point when);

    time_point epoch_; // tick 0
    std::atomic<bool> is_virtual_{false};
    std::atomic<time_point> virtual_now_{};

    internal::spinlock lock_;
    timer_wheel wheel_;
    std::optional<boost::asio::steady_timer> timer_;
    std::optional<std::uint64_t> armed_; // the tick
    time_point late_after_; // when the armed timer fires; its tick may have been in the past already
    duration delay_{};
    std::atomic<bool> must_arm_{false}; // at the end of a turn; written under the lock
};

} // namespace tidings::detail
