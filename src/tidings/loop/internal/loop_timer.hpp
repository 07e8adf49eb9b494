// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop.hpp>
#include <tidings/loop/time.hpp>

#include <mutex>

namespace tidings::internal {

/// Calls its owner, which derives from it, at an instant of a loop's time: one entry in the loop's wheel, no
/// allocation. Used and destroyed on the loop's thread only.
class loop_timer : timer_entry
{
public:
    loop_timer(loop_timer const&) = delete;
    loop_timer& operator=(loop_timer const&) = delete;

    /// Instead of an earlier `set`. What lies in the past is called in the next turn of the timers; not in
    /// `on_time`, which would be called for ever.
    void set(time_point when)
    {
        if (home_) // otherwise the loop has shut down
            home_->set_timer(*this, when);
    }
    void clear() noexcept
    {
        if (home_)
            home_->clear_timer(*this);
    }

protected:
    explicit loop_timer(loop& home) noexcept : home_(&home) {}
    ~loop_timer() { clear(); }

    /// Not when the loop has shut down.
    loop& home() const noexcept { return *home_; }
    /// The time of the loop's present turn.
    time_point now() const noexcept { return home_->turn_time(); }

    /// The longest time, since this was asked last, for which something has held up the loop.
    duration take_delay() noexcept { return home_ ? home_->take_delay() : duration::zero(); }

private:
    /// The instant has come. May set the timer anew, and may destroy it.
    virtual void on_time() = 0;

    void expire(std::unique_lock<spinlock>& timers) final
    {
        timers.unlock();
        on_time();
        timers.lock();
    }
    void drop() noexcept final { home_ = nullptr; }

    loop* home_;
};

} // namespace tidings::internal
