// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/internal/spinlock.hpp>
#include <tidings/wait/internal/give_way.hpp>
#include <tidings/wait/task_group.hpp>

#include <exception>
#include <mutex>
#include <utility>

namespace tidings {

class task_group::state
{
public:
    explicit state(context const& parent) : scope(with_cancel(parent)) {}

    /// An exception has left a task: the first is kept for `wait`, or is the handler's when nobody will call
    /// it.
    void failed(std::exception_ptr failure)
    {
        internal::access::state(scope.get()).end(end_reason::failed, failure);
        {
            std::lock_guard const guard(lock_);
            if (!is_left_) {
                if (!failure_)
                    failure_ = std::move(failure);
                return;
            }
        }
        tell_root(std::move(failure));
    }

    std::exception_ptr first_failure()
    {
        std::lock_guard const guard(lock_);
        is_told_ = true;
        return failure_;
    }

    /// The group has gone.
    void leave()
    {
        scope.cancel();
        std::exception_ptr untold;
        {
            std::lock_guard const guard(lock_);
            is_left_ = true;
            if (!is_told_)
                untold = failure_;
        }
        if (untold)
            tell_root(std::move(untold));
    }

    context_scope scope;
    detail::task_scope members;

private:
    void tell_root(std::exception_ptr failure)
    {
        internal::access::state(scope.get()).root().task_failed(std::move(failure));
    }

    internal::spinlock lock_;
    std::exception_ptr failure_;
    bool is_told_ = false;
    bool is_left_ = false;
};

task_group::task_group(context const& parent) : state_(std::make_shared<state>(parent)) {}

task_group::~task_group()
{
    state_->leave();
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
    // Each task keeps the group's state, and is counted there: it may outlive the group object.
    auto observer = [group = state_,
                     entry = std::make_shared<detail::task>(state_->members)](std::exception_ptr failure) {
        if (failure)
            group->failed(std::move(failure));
    };
    detail::spawn_task(get_context(), std::move(body), std::move(observer));
}

boost::asio::awaitable<void> task_group::wait()
{
    return wait_for_all(state_);
}

// Keeps the state: the group itself may go while it is awaited.
boost::asio::awaitable<void> task_group::wait_for_all(std::shared_ptr<state> all)
{
    context const ctx = all->scope.get();
    co_await internal::give_way(ctx);
    while (!all->members.is_empty()) // terminal cancellation ends the wait, and not yet the tasks
        co_await detail::join(internal::access::state(ctx).home(), all->members);
    if (auto const failure = all->first_failure())
        std::rethrow_exception(failure);
}

} // namespace tidings
