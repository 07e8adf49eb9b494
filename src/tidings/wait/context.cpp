// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/context.hpp>

#include <utility>

namespace tidings {

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
        detail::child_context::make(internal::access::handle(parent)));
}

context_scope with_deadline(context const& parent, time_point deadline)
{
    return internal::access::make<context_scope>(
        detail::child_context::make(internal::access::handle(parent), deadline));
}

context_scope with_timeout(context const& parent, duration timeout)
{
    return with_deadline(parent, later(parent.now(), timeout));
}

std::string_view to_string(end_reason reason) noexcept
{
    switch (reason) {
    case end_reason::none:
        return "none";
    case end_reason::client_gone:
        return "client gone";
    case end_reason::deadline_exceeded:
        return "deadline exceeded";
    case end_reason::server_stopping:
        return "server stopping";
    case end_reason::canceled:
        return "canceled";
    case end_reason::handler_returned:
        return "handler returned";
    case end_reason::failed:
        return "failed";
    }
    return "unknown";
}

} // namespace tidings
