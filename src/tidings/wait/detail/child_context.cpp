// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/child_context.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

context_ptr child_context::make(context_ptr parent)
{
    return context_ptr(new child_context(std::move(parent)));
}

context_ptr child_context::make(context_ptr parent, time_point deadline)
{
    auto* const made = new child_context(std::move(parent));
    context_ptr child(made);
    made->deadline_ = deadline;
    if (!made->is_done() && deadline != time_point::max())
        made->arm();
    return child;
}

child_context::child_context(context_ptr parent) : context_state(parent->home()), parent_(std::move(parent))
{
    std::lock_guard const guard(parent_->lock_);
    next_sibling_ = parent_->first_child_;
    if (next_sibling_)
        next_sibling_->previous_sibling_ = this;
    parent_->first_child_ = this;
    was_made_after_end_ = parent_->is_done();
    if (was_made_after_end_)
        end(parent_->reason(), parent_->cause_);
}

child_context::~child_context()
{
    disarm();
    std::lock_guard const guard(parent_->lock_);
    (previous_sibling_ ? previous_sibling_->next_sibling_ : parent_->first_child_) = next_sibling_;
    if (next_sibling_)
        next_sibling_->previous_sibling_ = previous_sibling_;
}

std::optional<time_point> child_context::deadline() const noexcept
{
    time_point const earliest = std::min(deadline_, parent_->deadline().value_or(time_point::max()));
    if (earliest == time_point::max())
        return std::nullopt;
    return earliest;
}

void child_context::arm()
{
    if (deadline_ <= home().now()) {
        end(end_reason::deadline_exceeded);
        return;
    }
    std::lock_guard const timers(home().timer_lock());
    armed_.store(true, std::memory_order_relaxed);
    home().add_timer(*this, deadline_);
}

void child_context::disarm() noexcept
{
    if (!armed_.load(std::memory_order_acquire))
        return;
    std::lock_guard const timers(home().timer_lock());
    if (is_linked())
        home().remove_timer(*this);
}

void child_context::expire(std::unique_lock<internal::spinlock>& timers)
{
    // Whoever drops the last handle waits for the timer lock before the state goes away: so counting up from
    // zero here would bring back the dead.
    bool const is_wanted = try_add_reference();
    armed_.store(false, std::memory_order_release);
    if (!is_wanted)
        return;
    context_ptr alive(this, false);
    timers.unlock();
    end(end_reason::deadline_exceeded);
    alive.reset(); // perhaps the last handle, and the last of a parent with a timer: not under the lock
    timers.lock();
}

} // namespace tidings::detail
