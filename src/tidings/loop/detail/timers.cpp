// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/detail/timers.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

void timers::close() noexcept
{
    std::lock_guard const guard(lock_);
    timer_.reset();
    armed_.reset();
    constexpr auto end_of_time = ~std::uint64_t{0};
    while (auto* const entry = wheel_.expire(end_of_time))
        static_cast<internal::timer_entry*>(entry)->drop();
}

void timers::arm()
{
    must_arm_.store(false, std::memory_order_relaxed);
    if (!timer_ || is_virtual())
        return;
    auto const due = wheel_.next_due();
    if (!due) {
        if (armed_)
            timer_->cancel();
        armed_.reset();
        return;
    }
    if (armed_ && *armed_ <= *due)
        return;
    armed_ = *due;
    late_after_ = std::max(instant_of(*due), now());
    timer_->expires_at(instant_of(*due));
    timer_->async_wait([this](boost::system::error_code error) {
        if (error)
            return; // armed anew, or shut down
        {
            std::lock_guard const guard(lock_);
            armed_.reset();
            arm_later();
        }
        on_timer();
    });
}

void timers::expire_fired(time_point when)
{
    std::unique_lock locked(lock_);
    delay_ = std::max(delay_, when - late_after_);
    expire_due(locked, when);
}

void timers::expire_due(std::unique_lock<internal::spinlock>& locked, time_point when)
{
    auto const reached = tick_reached_at(when);
    while (auto* const entry = wheel_.expire(reached))
        static_cast<internal::timer_entry*>(entry)->expire(locked);
}

duration timers::take_delay() noexcept
{
    std::lock_guard const guard(lock_);
    return std::exchange(delay_, duration::zero());
}

void timers::note_delay(duration of_others) noexcept
{
    std::lock_guard const guard(lock_);
    delay_ = std::max(delay_, of_others);
}

// Ticks

std::uint64_t timers::tick_at_or_after(time_point when) const noexcept
{
    if (when <= epoch_)
        return 0;
    return static_cast<std::uint64_t>((when - epoch_ - duration(1)) / tick + 1);
}

std::uint64_t timers::tick_reached_at(time_point now) const noexcept
{
    return static_cast<std::uint64_t>((now - epoch_) / tick);
}

time_point timers::instant_of(std::uint64_t reached) const noexcept
{
    // The last tick of all begins behind the end of time.
    auto const ticks = static_cast<duration::rep>(reached);
    return ticks <= (time_point::max() - epoch_) / tick ? epoch_ + ticks * tick : time_point::max();
}

// Virtual time

void timers::use_virtual_time(time_point start)
{
    std::lock_guard const guard(lock_);
    epoch_ = start;
    virtual_now_ = start;
    is_virtual_ = true;
}

void timers::advance_virtual_time(time_point to)
{
    std::unique_lock locked(lock_);
    virtual_now_ = std::max(virtual_now_.load(), to);
    expire_due(locked, now());
}

std::optional<time_point> timers::next_due()
{
    std::lock_guard const guard(lock_);
    if (auto const due = wheel_.next_due())
        return instant_of(*due);
    return std::nullopt;
}

} // namespace tidings::detail
