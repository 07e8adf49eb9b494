// SPDX-License-Identifier: BSL-1.0
// It would be canceled at the end of the select, and what it has read be lost.
// must not compile: give it a name before the first
#include <tidings/wait/select.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>

auto start(boost::asio::steady_timer& timer)
{
    return timer.async_wait(boost::asio::deferred);
}

boost::asio::awaitable<bool> wait(tidings::context ctx, boost::asio::steady_timer timer)
{
    auto next = co_await tidings::select(ctx, tidings::operation(ctx, start, std::move(timer)));
    co_return static_cast<bool>(next);
}
