// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>

#include <exception>

namespace tidings::internal {

/// The loop on which the waits and tasks of a context run.
inline loop& home_of(context const& ctx) noexcept
{
    return access::state(ctx).home();
}

/// Sends terminal cancellation to every task under the root of `ctx` that hangs in an Asio operation: the
/// backstop for tasks that do not look at their context. On the thread of their executor.
inline void cancel_tasks(context const& ctx)
{
    access::state(ctx).root().scope().cancel_hanging();
}

inline bool has_tasks(context const& ctx)
{
    return !access::state(ctx).root().scope().is_empty();
}

/// Sets `alarm` to the present when a task ends the root of `ctx` by an exception. On the thread of the
/// tasks' executor; null takes it away.
inline void set_failure_alarm(context const& ctx, loop_timer* alarm) noexcept
{
    access::state(ctx).root().set_alarm(alarm);
}

/// Whether an operation of Asio's that was canceled has ended with that exception: the way in which a wait
/// that is bound to a context (see `bind`) ends with it. Null is none.
[[nodiscard]] bool is_aborted_operation(std::exception_ptr const& failure) noexcept;

} // namespace tidings::internal
