// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/internal/loop_timer.hpp>
#include <tidings/wait/detail/context_state.hpp>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace tidings::detail {

void intrusive_ptr_add_ref(context_state* state) noexcept
{
    state->references_.fetch_add(1, std::memory_order_relaxed);
}

void intrusive_ptr_release(context_state* state) noexcept
{
    if (state->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
        state->last_handle_gone();
}

void context_state::last_handle_gone() noexcept
{
    {
        std::lock_guard const guard(lock_);
        has_handles_ = false;
        if (!waiters_.is_empty())
            return; // the last of them deletes it
    }
    delete this;
}

bool context_state::try_add_reference() noexcept
{
    unsigned seen = references_.load(std::memory_order_relaxed);
    while (seen != 0 && !references_.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed)) {
    }
    return seen != 0;
}

std::exception_ptr context_state::cause()
{
    std::lock_guard const guard(lock_);
    return cause_;
}

bool context_state::end(end_reason why, std::exception_ptr cause)
{
    std::lock_guard const guard(lock_);
    if (is_done())
        return false;
    cause_ = std::move(cause);
    reason_.store(why, std::memory_order_release);
    for (wait_node* at = waiters_.front(); at;) {
        wait_node& each = *std::exchange(at, waiters_.after(*at));
        operation& owner = *each.owner;
        if (!owner.claim(each.index))
            continue; // something else has won: it keeps its place until it leaves
        if (!owner.leaves_winner())
            each.unlink();
        owner.wake();
    }
    for (child_context* child = first_child_; child; child = child->next_sibling())
        child->end(why, cause_);
    return true;
}

void context_state::add_cause(std::exception_ptr cause)
{
    std::lock_guard const guard(lock_);
    if (!cause_)
        cause_ = std::move(cause);
}

void context_state::unlink(wait_node& node) noexcept
{
    bool is_last = false;
    {
        std::lock_guard const guard(lock_);
        wait_list::leave(node);
        is_last = !has_handles_ && waiters_.is_empty();
    }
    if (is_last)
        delete this;
}

void context_state::count_wait_after_end()
{
    // Cleaning up takes a few. So many take a tenth of a second, and only a loop that does not look comes to
    // them.
    constexpr std::uint32_t too_many = 100'000;
    context_state& at = counts_waits();
    if ((at.waits_after_end_.fetch_add(1, std::memory_order_relaxed) + 1) % too_many == 0)
        throw std::logic_error(
            "tidings: a coroutine has waited 100,000 times through a context that had ended (" +
            std::string(to_string(reason())) +
            "), and was going on, so it is ended: leave the loop when a wait comes back "
            "false or empty");
}

// A root

context_ptr root_context::make(boost::asio::any_io_executor const& executor)
{
    auto* const made = new root_context(internal::loop::of(executor));
    context_ptr root(made);
    if (executor != made->home().executor())
        made->executor_ = std::make_unique<boost::asio::any_io_executor>(executor);
    return root;
}

void root_context::task_failed(std::exception_ptr failure)
{
    if (!end(end_reason::failed, failure))
        add_cause(std::move(failure));
    else if (alarm_)
        alarm_->set(home().turn_time());
}

// A child

context_ptr child_context::make(context_ptr parent, time_point deadline)
{
    auto* const made = new child_context(std::move(parent), deadline);
    context_ptr child(made);
    if (!made->is_done() && deadline != time_point::max())
        made->arm();
    return child;
}

child_context::child_context(context_ptr parent, time_point deadline)
    : context_state(parent->home()), parent_(std::move(parent)), deadline_(deadline)
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
    if (armed_.load(std::memory_order_acquire))
        home().clear_timer(*this);
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
    armed_.store(true, std::memory_order_relaxed); // before it may expire
    home().set_timer(*this, deadline_);
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
