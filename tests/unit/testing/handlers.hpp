// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/bind.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <string>

namespace tidings::test {

/// Greets by name, waits for the end of its context, and says a farewell that names the reason.
inline boost::asio::awaitable<void> greet(context ctx, request const& asked, event_stream& out)
{
    co_await out.send({.data = "hello " + asked.param("name")});
    after never(std::chrono::hours(10));
    co_await never.wait(ctx);
    co_await out.send({.type = "farewell", .data = to_string(ctx.reason())});
}

/// Waits where its context is not looked at.
inline boost::asio::awaitable<void> hang_in_asio(context, request const&, event_stream&)
{
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, std::chrono::hours(10));
    co_await timer.async_wait(boost::asio::deferred);
}

/// Waits for Asio, and for the end of its context.
inline boost::asio::awaitable<void> wait_bound(context ctx)
{
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, std::chrono::hours(10));
    co_await timer.async_wait(bind(ctx, boost::asio::deferred));
}

} // namespace tidings::test
