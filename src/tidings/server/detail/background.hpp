// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/spawn.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace tidings::detail {

struct shared_state;

/// The work of a server that belongs to no client: a context of its own, above all of it.
class background
{
public:
    background(boost::asio::any_io_executor const& executor, std::shared_ptr<shared_state> shared);

    context_scope root;

    /// One of its tasks was left by an exception.
    void failed(std::exception_ptr const& failure) const;

    /// Waits for all tasks, which have been told to end, until `deadline`. Those that have not returned a
    /// grace period before it get terminal cancellation; those that do not look at that either are reported.
    /// True when none is left.
    static boost::asio::awaitable<bool> join(std::shared_ptr<background> all, context ctx,
                                             time_point deadline);

private:
    std::shared_ptr<shared_state> const shared_;
};

/// Keeps the function's arguments in its own frame while it runs.
template <typename Function, typename... Arguments>
boost::asio::awaitable<void> run_in_background(context ctx, std::shared_ptr<background> of, Function function,
                                               Arguments... arguments)
{
    check_task<Function, Arguments...>();
    try {
        co_await function(std::move(ctx), std::move(arguments)...);
    } catch (...) {
        of->failed(std::current_exception());
    }
}

} // namespace tidings::detail
