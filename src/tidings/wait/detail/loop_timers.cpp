// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/loop_timers.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

void loop_timers::add(timer_entry& entry, time_point when)
{
    wheel_.add(entry, clock_.tick_at_or_after(when));
    if (turns_.is_in_turn())
        must_arm_.store(true, std::memory_order_relaxed); // once, when the turn ends
    else
        arm();
}

void loop_timers::remove(timer_entry& entry)
{
    wheel_.remove(entry);
    // A timer that nobody waits for would keep io_context::run() from returning.
    // The next turn disarms it, unless somebody waits again by then.
    if (wheel_.is_empty() && armed_) {
        must_arm_.store(true, std::memory_order_relaxed);
        if (!turns_.is_in_turn())
            turns_.request_turn();
    }
}

void loop_timers::close() noexcept
{
    std::lock_guard const guard(lock_);
    timer_.reset();
    armed_.reset();
    constexpr auto end_of_time = ~std::uint64_t{0};
    while (auto* const entry = wheel_.expire(end_of_time))
        static_cast<timer_entry*>(entry)->drop();
}

void loop_timers::arm()
{
    must_arm_.store(false, std::memory_order_relaxed);
    if (!timer_ || clock_.is_virtual())
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
    late_after_ = std::max(clock_.instant_of(*due), clock_.now());
    timer_->expires_at(clock_.instant_of(*due));
    timer_->async_wait([this](boost::system::error_code error) {
        if (!error) // otherwise armed anew, or shut down
            timer_fired();
    });
}

void loop_timers::timer_fired()
{
    check_thread();
    // In a turn of their own: then what they wake needs no posted one, and one arming is enough for all.
    std::optional<turn_queue::turn> own;
    if (turns_.claim_turn())
        own.emplace(turns_);
    {
        std::unique_lock timers(lock_);
        delay_ = std::max(delay_, clock_.turn_time() - late_after_);
        armed_.reset();
        must_arm_.store(true, std::memory_order_relaxed);
        expire_due(timers);
        if (!own)
            arm();
    }
    if (own)
        turns_.run_ready();
}

void loop_timers::check_thread()
{
    try {
        turns_.check_thread();
    } catch (...) { // what is due waits for the end of the turn on the other thread
        {
            std::lock_guard const guard(lock_);
            armed_.reset();
            must_arm_.store(true, std::memory_order_relaxed);
        }
        turns_.request_turn();
        throw;
    }
}

void loop_timers::expire_due(std::unique_lock<small_lock>& timers)
{
    auto const reached = clock_.tick_reached_at(clock_.turn_time());
    while (auto* const entry = wheel_.expire(reached))
        static_cast<timer_entry*>(entry)->expire(timers);
}

duration loop_timers::take_delay() noexcept
{
    std::lock_guard const guard(lock_);
    return std::exchange(delay_, duration::zero());
}

void loop_timers::note_delay(duration of_others) noexcept
{
    std::lock_guard const guard(lock_);
    delay_ = std::max(delay_, of_others);
}

// Virtual time.

void loop_timers::use_virtual_time(time_point start)
{
    std::lock_guard const guard(lock_);
    clock_.stand_still_at(start);
}

void loop_timers::advance_virtual_time(time_point to)
{
    std::unique_lock timers(lock_);
    clock_.advance_to(to);
    expire_due(timers);
}

std::optional<time_point> loop_timers::next_due()
{
    std::lock_guard const guard(lock_);
    if (auto const due = wheel_.next_due())
        return clock_.instant_of(*due);
    return std::nullopt;
}

} // namespace tidings::detail
