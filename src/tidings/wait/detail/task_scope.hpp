// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/list.hpp>
#include <tidings/loop/internal/spinlock.hpp>
#include <tidings/wait/detail/operation.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>

#include <mutex>

namespace tidings::detail {

class task;

/// The tasks spawned under one root context, or in one group. Joined before what they may refer to dies.
class task_scope
{
public:
    task_scope() = default;
    task_scope(task_scope const&) = delete;
    task_scope& operator=(task_scope const&) = delete;

    bool is_empty()
    {
        std::lock_guard const guard(lock_);
        return tasks_.is_empty();
    }

    /// Terminal cancellation for every task that still hangs in a wait. On the thread of their executor.
    void cancel_hanging();

private:
    friend class task;
    friend class join_case;

    task* not_signalled();

    internal::link_list tasks_;
    wait_list joiners_;
    unsigned round_ = 0;
    internal::spinlock lock_;
};

/// One running task, in the list of the scope that joins it.
class task : internal::list_link
{
public:
    explicit task(task_scope& scope) : scope_(scope)
    {
        std::lock_guard const guard(scope_.lock_);
        scope_.tasks_.push_back(*this);
    }
    ~task()
    {
        std::lock_guard const guard(scope_.lock_);
        unlink();
        if (scope_.tasks_.is_empty())
            while (wait_node* const joiner = scope_.joiners_.claim_front())
                joiner->owner->wake();
    }

    boost::asio::cancellation_slot slot() noexcept { return backstop_.slot(); }

private:
    friend class task_scope;

    task_scope& scope_;
    unsigned round_ = 0;
    boost::asio::cancellation_signal backstop_;
};

inline void task_scope::cancel_hanging()
{
    // A task may end while it is signalled, and the list change: so the search starts anew each time.
    ++round_;
    while (task* const at = not_signalled())
        at->backstop_.emit(boost::asio::cancellation_type::terminal);
}

inline task* task_scope::not_signalled()
{
    std::lock_guard const guard(lock_);
    for (internal::list_link* at = tasks_.first(); at; at = tasks_.after(*at)) {
        auto& each = static_cast<task&>(*at);
        if (each.round_ != round_) {
            each.round_ = round_;
            return &each;
        }
    }
    return nullptr;
}

} // namespace tidings::detail
