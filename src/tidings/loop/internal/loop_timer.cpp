// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/internal/loop_timer.hpp>

namespace tidings::internal {

void loop_timer::set(time_point when)
{
    if (!home_)
        return; // the loop has shut down
    std::lock_guard const timers(home_->timer_lock());
    if (is_linked())
        home_->remove_timer(*this);
    home_->add_timer(*this, when);
}

void loop_timer::clear() noexcept
{
    if (!home_)
        return;
    std::lock_guard const timers(home_->timer_lock()); // neighbours in the wheel write to the link
    if (is_linked())
        home_->remove_timer(*this);
}

duration loop_timer::take_delay() noexcept
{
    return home_ ? home_->take_delay() : duration::zero();
}

void loop_timer::expire(std::unique_lock<spinlock>& timers)
{
    timers.unlock();
    on_time();
    timers.lock();
}

} // namespace tidings::internal
