// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/root_context.hpp>
#include <tidings/wait/detail/spawn_task.hpp>
#include <tidings/wait/detail/task_scope.hpp>
#include <tidings/wait/detail/wait_operation.hpp>

#include <type_traits>
#include <utility>

namespace tidings {

/// Starts `function(ctx, arguments...)` as a task of its own, as Go's `go f(ctx, ch)`. A plain statement.
///
/// The arguments are copied into the task. Refused at compile time are capturing lambdas, `std::ref`, views
/// and `char const*`: they would refer to what is gone when the task runs. A pointer to what the handler's
/// request or stream owns is fine, because tasks are joined before those die.
///
/// The task runs on the executor of `ctx`. Spawned on that loop's own thread it starts at once, and runs up
/// to its first wait before this call returns; from elsewhere it starts in a turn of the loop. It is told to
/// end with `ctx`, and is joined by the root of `ctx`: a handler's request and stream outlive it. An
/// exception that leaves it ends the root context with `end_reason::failed` and that cause; after the end it
/// becomes the cause, if there is none yet.
template <typename Function, typename... Arguments>
void spawn(context const& ctx, Function function, Arguments&&... arguments)
{
    detail::check_task<Function, std::decay_t<Arguments>...>();
    detail::spawn_task(ctx,
                       detail::run_task<Function, std::decay_t<Arguments>...>(
                           ctx, std::move(function), std::forward<Arguments>(arguments)...),
                       nullptr);
}

/// Waits until no task spawned under the root of `ctx` is left. It does not end them: end the context first.
/// A server does this for its handlers.
[[nodiscard]] inline auto join_tasks(context const& ctx)
{
    return detail::wait_operation<detail::join_shape, detail::join_case>(
        &internal::access::state(ctx).home(), &internal::access::state(ctx).scope());
}

} // namespace tidings
