// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/internal/loop_timer.hpp>
#include <tidings/wait/detail/root_context.hpp>

#include <utility>

namespace tidings::detail {

context_ptr root_context::make(boost::asio::any_io_executor const& executor)
{
    auto* const made = new root_context(internal::loop::of(executor));
    context_ptr root(made);
    if (executor != made->home().executor())
        made->executor_ = std::make_unique<boost::asio::any_io_executor>(executor);
    return root;
}

void root_context::task_failed(std::exception_ptr failure)
{
    if (!end(end_reason::failed, failure))
        add_cause(std::move(failure));
    else if (alarm_)
        alarm_->set(home().turn_time());
}

} // namespace tidings::detail
