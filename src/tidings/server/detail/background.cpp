// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/background.hpp>
#include <tidings/server/detail/shared_state.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/channel.hpp>
#include <tidings/wait/internal/tasks.hpp>
#include <tidings/wait/select.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

asio::awaitable<void> tell_when_joined(context, context work, channel<void> told)
{
    co_await join_tasks(work);
    (void)told.try_send();
}

} // namespace

background::background(asio::any_io_executor const& executor, std::shared_ptr<shared_state> shared)
    : root(context::root(executor)), shared_(std::move(shared))
{}

void background::failed(std::exception_ptr const& failure) const
{
    if (root.is_done() && internal::is_aborted_operation(failure))
        return; // it has ended with the server, as it was to
    shared_->log(log_kind::background_failed, log_level::error,
                 fmt::format("work in the background failed: {}", describe(failure)));
}

asio::awaitable<bool> background::join(std::shared_ptr<background> all, context ctx, time_point deadline)
{
    if (!internal::has_tasks(all->root))
        co_return true;
    channel<void> over(1);
    context const work = all->root;
    spawn(ctx, tell_when_joined, work, over);
    after patience(deadline - std::max(all->shared_->options.grace_timeout, duration::zero()));
    after last_moment(deadline);
    if (auto first = co_await select(ctx, over, patience); first.from(over))
        co_return true;
    internal::cancel_tasks(work);
    if (auto second = co_await select(ctx, over, last_moment); second.from(over))
        co_return true;
    all->shared_->log(
        log_level::error,
        "work in the background has not ended within the drain time, nor on terminal cancellation: "
        "wait through the context, or use run_blocking for work that blocks");
    co_return false;
}

} // namespace tidings::detail
