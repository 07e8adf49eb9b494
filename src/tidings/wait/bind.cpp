// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/bind.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace tidings::detail {

context_link::context_link(context until, boost::asio::any_io_executor executor,
                           boost::asio::cancellation_slot outer)
    : until_(std::move(until)), executor_(std::move(executor)), outer_(outer)
{
    settled_.store(true, std::memory_order_relaxed); // there is no initiation to wait for
    if (outer_.is_connected())
        outer_.assign([this](boost::asio::cancellation_type type) { signal_.emit(type); });
}

context_link::~context_link()
{
    internal::access::state(until_).unlink(node_); // the operation was destroyed, not completed
}

void context_link::watch()
{
    if (!internal::access::state(until_).link(node_, *this, context_ended))
        post_completion();
    else if (is_released_) // completed meanwhile, on another thread
        internal::access::state(until_).unlink(node_);
}

void context_link::release() noexcept
{
    is_released_ = true;
    internal::access::state(until_).unlink(node_);
    if (outer_.is_connected())
        outer_.clear();
}

void context_link::post_completion()
{
    boost::asio::post(executor_, [self = weak_from_this()] {
        if (auto const alive = self.lock())
            alive->run();
    });
}

void context_link::run()
{
    if (!is_released_)
        signal_.emit(boost::asio::cancellation_type::terminal);
}

} // namespace tidings::detail
