// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/spawn.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <utility>

namespace tidings {

/// Several tasks that succeed or fail together, like Go's errgroup. The first that throws ends the context
/// of the others; `wait` waits for all and then rethrows that first exception.
///
/// Leaving the scope without `wait` ends the tasks' context; they are joined with the handler, and their
/// exceptions are treated like those of any task. One coroutine owns it and waits; `spawn`, `cancel` and
/// `get_context` are safe from any thread while it lives.
class task_group
{
public:
    explicit task_group(context const& parent);
    ~task_group();
    task_group(task_group const&) = delete;
    task_group& operator=(task_group const&) = delete;

    /// The context of the tasks. It ends with the parent, with the first failure, and with this object.
    context get_context() const;

    /// Starts `function(context, arguments...)`; for what may be passed see `tidings::spawn`.
    template <typename Function, typename... Arguments>
    void spawn(Function function, Arguments&&... arguments)
    {
        start(detail::make_task(get_context(), std::move(function), std::forward<Arguments>(arguments)...));
    }

    /// Waits until all tasks have ended, even if the context has ended: they are then expected to return.
    /// Rethrows the first exception of a task.
    [[nodiscard]] boost::asio::awaitable<void> wait();

    void cancel() noexcept;

private:
    class state;
    static boost::asio::awaitable<void> wait_for_all(std::shared_ptr<state> all);
    void start(boost::asio::awaitable<void> body);

    std::shared_ptr<state> state_;
};

} // namespace tidings
