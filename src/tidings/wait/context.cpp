// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/child_context.hpp>
#include <tidings/wait/detail/root_context.hpp>

#include <utility>

namespace tidings {

using detail::context_ptr;

context_scope context::root(boost::asio::any_io_executor const& executor)
{
    return internal::access::make<context_scope>(detail::root_context::make(executor));
}

context_scope& context_scope::operator=(context_scope&& other) noexcept
{
    if (this != &other) {
        if (state_)
            cancel();
        state_ = std::move(other.state_);
    }
    return *this;
}

context_scope::~context_scope()
{
    if (state_)
        cancel();
}

void context_scope::cancel(end_reason why) noexcept
{
    state_->end(why);
}

context_scope with_cancel(context const& parent)
{
    return internal::access::make<context_scope>(
        detail::child_context::make(context_ptr(&internal::access::state(parent))));
}

context_scope with_deadline(context const& parent, time_point deadline)
{
    return internal::access::make<context_scope>(
        detail::child_context::make(context_ptr(&internal::access::state(parent)), deadline));
}

context_scope with_timeout(context const& parent, duration timeout)
{
    return with_deadline(parent, later(parent.now(), timeout));
}

} // namespace tidings
