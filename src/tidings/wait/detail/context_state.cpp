// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/context_state.hpp>

#include <mutex>
#include <utility>

namespace tidings::detail {

void intrusive_ptr_add_ref(context_state* state) noexcept
{
    state->references_.fetch_add(1, std::memory_order_relaxed);
}

void intrusive_ptr_release(context_state* state) noexcept
{
    if (state->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete state;
}

context_ptr context_state::make_root(boost::asio::any_io_executor executor)
{
    context_ptr root(new context_state);
    root->home_ = &loop::of(executor);
    root->executor_ = std::move(executor);
    return root;
}

context_ptr context_state::make_child(context_ptr parent)
{
    context_ptr child(new context_state);
    child->home_ = parent->home_;
    child->parent_ = std::move(parent);
    child->parent_->adopt(*child);
    return child;
}

context_ptr context_state::make_child(context_ptr parent, time_point deadline)
{
    context_ptr child = make_child(std::move(parent));
    child->deadline_ = deadline;
    if (child->is_done() || deadline == time_point::max())
        return child;
    if (deadline <= child->home_->now()) {
        child->end(end_reason::deadline_exceeded);
        return child;
    }
    std::lock_guard const timers(child->home_->timer_lock());
    child->armed_.store(true, std::memory_order_relaxed);
    child->home_->add_timer(*child, deadline);
    return child;
}

context_state::~context_state()
{
    disarm();
    if (!parent_)
        return;
    std::lock_guard const guard(parent_->lock_);
    (previous_sibling_ ? previous_sibling_->next_sibling_ : parent_->first_child_) = next_sibling_;
    if (next_sibling_)
        next_sibling_->previous_sibling_ = previous_sibling_;
}

void context_state::adopt(context_state& child)
{
    std::lock_guard const guard(lock_);
    child.next_sibling_ = first_child_;
    if (first_child_)
        first_child_->previous_sibling_ = &child;
    first_child_ = &child;
    if (is_done())
        child.end(reason(), cause_);
}

std::exception_ptr context_state::cause()
{
    std::lock_guard const guard(lock_);
    return cause_;
}

void context_state::end(end_reason why, std::exception_ptr cause)
{
    std::lock_guard const guard(lock_);
    if (is_done())
        return;
    cause_ = std::move(cause);
    reason_.store(why, std::memory_order_release);
    while (wait_node* const node = waiters_.claim_front())
        node->owner->wake();
    for (context_state* child = first_child_; child; child = child->next_sibling_)
        child->end(why, cause_);
}

bool context_state::link(wait_node& node)
{
    std::lock_guard const guard(lock_);
    if (is_done())
        return false;
    waiters_.push_back(node);
    return true;
}

void context_state::unlink(wait_node& node) noexcept
{
    std::lock_guard const guard(lock_);
    if (node.is_linked())
        wait_list::remove(node);
}

std::optional<time_point> context_state::deadline() const noexcept
{
    time_point earliest = time_point::max();
    for (context_state const* at = this; at; at = at->parent_.get())
        earliest = std::min(earliest, at->deadline_);
    if (earliest == time_point::max())
        return std::nullopt;
    return earliest;
}

void context_state::disarm() noexcept
{
    if (!armed_.load(std::memory_order_acquire))
        return;
    std::lock_guard const timers(home_->timer_lock());
    if (is_linked())
        home_->remove_timer(*this);
}

void context_state::expire(std::unique_lock<small_lock>& timers)
{
    // Whoever drops the last handle waits for the timer lock before the state goes away: so counting up from
    // zero here would bring back the dead.
    unsigned seen = references_.load(std::memory_order_relaxed);
    while (seen != 0 && !references_.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed)) {
    }
    armed_.store(false, std::memory_order_release);
    if (seen == 0)
        return;
    context_ptr alive(this, false);
    timers.unlock();
    end(end_reason::deadline_exceeded);
    alive.reset(); // perhaps the last handle, and the last of a parent with a timer: not under the lock
    timers.lock();
}

} // namespace tidings::detail
