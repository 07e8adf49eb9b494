// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/internal/tasks.hpp>
#include <tidings/wait/spawn.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace asio = boost::asio;

namespace tidings {

bool internal::is_aborted_operation(std::exception_ptr const& failure) noexcept
{
    if (!failure)
        return false;
    try {
        std::rethrow_exception(failure);
    } catch (boost::system::system_error const& error) {
        return error.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

namespace detail {

namespace {

/// The end of a task. The task leaves its scope last, after the observer has been told.
class task_completion
{
public:
    task_completion(context const& ctx, task_observer observer)
        : of_(&internal::access::state(ctx)), task_(std::make_unique<task>(of_->root().scope())),
          observer_(std::move(observer))
    {}

    asio::cancellation_slot slot() const noexcept { return task_->slot(); }

    void operator()(std::exception_ptr failure)
    {
        if (of_->is_done() && internal::is_aborted_operation(failure))
            failure = nullptr; // it has ended with its context, as it was to
        if (observer_)
            observer_(std::move(failure));
        else if (failure)
            of_->root().task_failed(std::move(failure));
    }

private:
    context_ptr of_;
    std::unique_ptr<task> task_;
    task_observer observer_;
};

asio::awaitable<void> without_throwing_waits(asio::awaitable<void> body)
{
    // After a terminal cancellation each further wait would throw at once, and a retry loop never leave the
    // thread.
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await std::move(body);
}

} // namespace

void spawn_task(context const& ctx, asio::awaitable<void> body, task_observer observer)
{
    auto const executor = ctx.get_executor();
    // On the executor, because there terminal cancellation looks at the slot, which is filled here.
    asio::dispatch(executor, [executor, body = std::move(body),
                              completion = task_completion(ctx, std::move(observer))]() mutable {
        auto const slot = completion.slot();
        asio::co_spawn(executor, without_throwing_waits(std::move(body)),
                       asio::bind_cancellation_slot(slot, std::move(completion)));
    });
}

} // namespace detail
} // namespace tidings
