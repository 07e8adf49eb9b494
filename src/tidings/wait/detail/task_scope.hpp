// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/spinlock.hpp>
#include <tidings/wait/detail/case_result.hpp>
#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/operation.hpp>

#include <boost/asio/cancellation_signal.hpp>

namespace tidings::detail {

class task_scope;

/// One running task, in the list of the scope that joins it.
class task
{
public:
    explicit task(task_scope& scope);
    ~task();
    task(task const&) = delete;
    task& operator=(task const&) = delete;

    boost::asio::cancellation_slot slot() noexcept { return backstop_.slot(); }

private:
    friend class task_scope;

    task_scope& scope_;
    task* previous_ = nullptr;
    task* next_ = nullptr;
    unsigned round_ = 0;
    boost::asio::cancellation_signal backstop_;
};

/// The tasks spawned under one root context. Joined before what they may refer to dies.
class task_scope
{
public:
    task_scope() = default;
    task_scope(task_scope const&) = delete;
    task_scope& operator=(task_scope const&) = delete;

    bool is_empty();

    /// Terminal cancellation for every task that still hangs in a wait. On the thread of their executor.
    void cancel_hanging();

    internal::spinlock& lock() noexcept { return lock_; }

private:
    friend class task;
    friend class join_case;

    task* not_signalled();

    task* first_ = nullptr;
    wait_list joiners_;
    unsigned round_ = 0;
    internal::spinlock lock_;
};

/// Waits until no task is left.
class join_case
{
public:
    static constexpr bool meets = true; // polled and linked in one step
    explicit join_case(task_scope* scope) noexcept : scope_(scope) {}

    internal::spinlock& lock() const noexcept { return scope_->lock_; }
    readiness poll(internal::loop&) { return scope_->first_ ? readiness::pending : readiness::ready; }
    bool link(operation& owner, int index);
    void unlink(operation&);

private:
    task_scope* scope_;
    wait_node node_;
};

/// The wait for that, which nothing cuts short.
struct join_shape : won_shape
{
    using until = no_context;
};

} // namespace tidings::detail
