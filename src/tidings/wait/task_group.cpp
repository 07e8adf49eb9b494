// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/task_scope.hpp>
#include <tidings/wait/detail/wait_operation.hpp>
#include <tidings/wait/task_group.hpp>

#include <exception>
#include <utility>

namespace tidings {

class task_group::state
{
public:
    explicit state(context const& parent) : scope(with_cancel(parent)) {}

    context_scope scope;
    detail::task_scope members;
};

/// A task as its group counts it. It keeps the group's state: a task may outlive the group object.
class task_group::member final : public detail::task_observer
{
public:
    explicit member(std::shared_ptr<state> group) : group_(std::move(group)), entry_(group_->members) {}

    void task_ended(std::exception_ptr failure) override
    {
        if (failure)
            group_->scope.get().state().end(end_reason::failed, std::move(failure));
    }

private:
    std::shared_ptr<state> group_;
    detail::task entry_;
};

task_group::task_group(context const& parent) : state_(std::make_shared<state>(parent)) {}

task_group::~task_group()
{
    cancel();
}

context task_group::get_context() const
{
    return state_->scope.get();
}

void task_group::cancel() noexcept
{
    state_->scope.cancel();
}

void task_group::start(boost::asio::awaitable<void> body)
{
    detail::spawn_task(get_context(), std::move(body), std::make_shared<member>(state_));
}

boost::asio::awaitable<void> task_group::wait()
{
    co_await detail::wait_operation<detail::join_shape, detail::join_case>(
        &state_->scope.get().state().home(), &state_->members);
    if (state_->scope.reason() == end_reason::failed)
        if (auto const cause = state_->scope.cause())
            std::rethrow_exception(cause);
}

} // namespace tidings
