// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/child_context.hpp>
#include <tidings/wait/detail/context_state.hpp>
#include <tidings/wait/detail/root_context.hpp>

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
    while (wait_node* const node = waiters_.claim_front())
        node->owner->wake();
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

boost::asio::any_io_executor const& context_state::executor() noexcept
{
    return root().own_executor();
}

task_scope& context_state::scope() noexcept
{
    return root().own_scope();
}

} // namespace tidings::detail
