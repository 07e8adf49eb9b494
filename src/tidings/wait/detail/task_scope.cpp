// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/task_scope.hpp>

#include <boost/asio/cancellation_type.hpp>

#include <mutex>

namespace tidings::detail {

task::task(task_scope& scope) : scope_(scope)
{
    std::lock_guard const guard(scope_.lock_);
    next_ = scope_.first_;
    if (next_)
        next_->previous_ = this;
    scope_.first_ = this;
}

task::~task()
{
    std::lock_guard const guard(scope_.lock_);
    (previous_ ? previous_->next_ : scope_.first_) = next_;
    if (next_)
        next_->previous_ = previous_;
    if (!scope_.first_)
        while (wait_node* const joiner = scope_.joiners_.claim_front())
            joiner->owner->wake();
}

bool task_scope::is_empty()
{
    std::lock_guard const guard(lock_);
    return first_ == nullptr;
}

void task_scope::cancel_hanging()
{
    // A task may end while it is signalled, and the list change: so the search starts anew each time.
    ++round_;
    while (task* const at = not_signalled())
        at->backstop_.emit(boost::asio::cancellation_type::terminal);
}

task* task_scope::not_signalled()
{
    std::lock_guard const guard(lock_);
    task* at = first_;
    while (at && at->round_ == round_)
        at = at->next_;
    if (at)
        at->round_ = round_;
    return at;
}

bool join_case::link(operation& owner, int index)
{
    node_.owner = &owner;
    node_.index = index;
    scope_->joiners_.push_back(node_);
    return true;
}

void join_case::unlink(operation&)
{
    std::lock_guard const guard(scope_->lock_);
    if (node_.is_linked())
        wait_list::remove(node_);
}

} // namespace tidings::detail
