// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/may_dangle.hpp>
#include <tidings/wait/detail/task_scope.hpp>
#include <tidings/wait/detail/wait_operation.hpp>
#include <tidings/wait/detail/wait_result.hpp>

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

namespace tidings {

namespace detail {

/// Is told when a task ends: the exception that ended it, or null.
using task_observer = std::function<void(std::exception_ptr)>;

/// Starts `body` on the executor of `ctx` and registers it with the root of `ctx`, which joins it.
/// `observer`, if any, is told of the end and kept until then; without one, an exception ends the root of
/// `ctx` with `end_reason::failed`.
void spawn_task(context const& ctx, boost::asio::awaitable<void> body, task_observer observer);

/// Keeps the function's arguments in its own frame while it runs.
template <typename Function, typename... Arguments>
boost::asio::awaitable<void> run_task(context ctx, Function function, Arguments... arguments)
{
    co_await function(std::move(ctx), std::move(arguments)...);
}

/// What may be copied into a task: nothing that refers to the caller's variables.
template <typename Function, typename... Arguments>
constexpr void check_task()
{
    static_assert(owns_what_it_uses<Function>,
                  "spawn: a capturing lambda would dangle in the task; pass what it captures as arguments");
    static_assert(
        !(may_dangle<Arguments> || ...),
        "spawn: a view, std::ref or char const* would dangle in the task; pass a value, such as std::string");
    static_assert(
        std::is_invocable_r_v<boost::asio::awaitable<void>, Function, context, Arguments...>,
        "spawn: the task is called as f(context, arguments...) and returns boost::asio::awaitable<void>; "
        "arguments are moved copies, so it takes them by value or by const&");
}

/// The body of a task, which holds copies of the arguments.
template <typename Function, typename... Arguments>
boost::asio::awaitable<void> make_task(context const& ctx, Function function, Arguments&&... arguments)
{
    check_task<Function, std::decay_t<Arguments>...>();
    return run_task<Function, std::decay_t<Arguments>...>(ctx, std::move(function),
                                                          std::forward<Arguments>(arguments)...);
}

/// Waits until no task is left.
class join_case
{
public:
    static constexpr bool meets = true; // polled and linked in one step
    explicit join_case(task_scope* scope) noexcept : scope_(scope) {}

    internal::spinlock& lock() const noexcept { return scope_->lock_; }
    readiness poll(internal::loop&)
    {
        return scope_->tasks_.is_empty() ? readiness::ready : readiness::pending;
    }
    bool link(operation& owner, int index)
    {
        scope_->joiners_.enter(node_, owner, index);
        return true;
    }
    void unlink(operation&)
    {
        std::lock_guard const guard(scope_->lock_);
        wait_list::leave(node_);
    }

private:
    task_scope* scope_;
    wait_node node_;
};

/// The wait for that, which nothing cuts short.
struct join_shape : won_shape
{
    using until = no_context;
};

[[nodiscard]] inline auto join(internal::loop& home, task_scope& all)
{
    return wait_operation<join_shape, join_case>(&home, &all);
}

} // namespace detail

/// Starts `function(ctx, arguments...)` as a separate task, like Go's `go f(ctx, ch)`. A plain statement.
///
/// The arguments are copied into the task. Capturing lambdas, `std::ref`, views and `char const*` are
/// rejected at compile time: they would dangle by the time the task runs. A pointer to something that the
/// handler's request or stream owns is fine, because tasks are joined before those are destroyed.
///
/// The task runs on the executor of `ctx`. If it is spawned on that loop's own thread, it starts at once and
/// runs up to its first wait before this call returns; otherwise it starts in an iteration of the loop. It
/// is expected to end with `ctx`, and is joined by the root of `ctx`: a handler's request and stream outlive
/// it. If it throws, the root context ends with `end_reason::failed` and that cause; after the end, the
/// exception becomes the cause if there is none yet. May be called from any thread.
template <typename Function, typename... Arguments>
void spawn(context const& ctx, Function function, Arguments&&... arguments)
{
    detail::spawn_task(
        ctx, detail::make_task(ctx, std::move(function), std::forward<Arguments>(arguments)...), nullptr);
}

/// Waits until no task spawned under the root of `ctx` is left. It does not end them: end the context first.
/// A server does this for its handlers. May be awaited on any executor and thread.
[[nodiscard]] inline auto join_tasks(context const& ctx)
{
    auto& state = internal::access::state(ctx);
    return detail::join(state.home(), state.root().scope());
}

} // namespace tidings
