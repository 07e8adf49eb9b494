// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/context_state.hpp>
#include <tidings/wait/detail/task_scope.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>

namespace tidings::internal {
class loop_timer;
}

namespace tidings::detail {

/// A context without a parent: it knows where its waits and tasks run, and joins the tasks.
class root_context final : public context_state
{
public:
    static context_ptr make(boost::asio::any_io_executor const& executor);

    std::optional<time_point> deadline() const noexcept override { return std::nullopt; }
    root_context& root() noexcept override { return *this; }
    context_state& counts_waits() noexcept override { return *this; }

    boost::asio::any_io_executor const& own_executor() const noexcept
    {
        return executor_ ? *executor_ : home().executor();
    }
    task_scope& own_scope() noexcept { return scope_; }

    /// An exception has left a task. The first one ends the context; one that comes after the end is kept as
    /// its cause.
    void task_failed(std::exception_ptr failure);
    void set_alarm(internal::loop_timer* alarm) noexcept { alarm_ = alarm; }

private:
    explicit root_context(internal::loop& home) noexcept : context_state(home) {}
    ~root_context() override = default;

    std::unique_ptr<boost::asio::any_io_executor> executor_; // where it is not its loop's own: a strand, say
    task_scope scope_;
    internal::loop_timer* alarm_ = nullptr; // set when a task ends the context
};

} // namespace tidings::detail
