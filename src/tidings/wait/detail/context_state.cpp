// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/child_context.hpp>
#include <tidings/wait/detail/context_state.hpp>
#include <tidings/wait/detail/root_context.hpp>

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
            wait_list::remove(each);
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

bool context_state::link(wait_node& node)
{
    std::lock_guard const guard(lock_);
    if (is_done()) {
        node.owner = nullptr;
        return false;
    }
    waiters_.push_back(node);
    return true;
}

void context_state::unlink(wait_node& node) noexcept
{
    bool is_last = false;
    {
        std::lock_guard const guard(lock_);
        if (node.is_linked())
            wait_list::remove(node);
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

boost::asio::any_io_executor const& context_state::executor() noexcept
{
    return root().own_executor();
}

task_scope& context_state::scope() noexcept
{
    return root().own_scope();
}

} // namespace tidings::detail
