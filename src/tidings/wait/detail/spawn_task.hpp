// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/may_dangle.hpp>

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace tidings::detail {

/// What is told when a task ends: the exception that ended it, or null.
class task_observer
{
public:
    virtual void task_ended(std::exception_ptr failure) = 0;

protected:
    ~task_observer() = default;
};

/// Starts `body` on the executor of `ctx` and registers it with the root of `ctx`, which joins it.
/// `observer`, if any, is told of the end and kept by the caller until then; without one, an exception ends
/// the root of `ctx` with `end_reason::failed`.
void spawn_task(context const& ctx, boost::asio::awaitable<void> body,
                std::shared_ptr<task_observer> observer);

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

/// Keeps the function's arguments in its own frame while it runs.
template <typename Function, typename... Arguments>
boost::asio::awaitable<void> run_task(context ctx, Function function, Arguments... arguments)
{
    co_await function(std::move(ctx), std::move(arguments)...);
}

} // namespace tidings::detail
