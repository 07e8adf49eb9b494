// SPDX-License-Identifier: BSL-1.0
// The operation outlives the call, and perhaps what the view refers to.
// must not compile: a view, std::ref or char const\* would dangle
#include <tidings/wait/operation.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string_view>

void wait(tidings::context ctx, boost::asio::steady_timer timer, std::string_view name)
{
    auto const start = [](boost::asio::steady_timer& on, std::string_view) {
        return on.async_wait(boost::asio::deferred);
    };
    tidings::operation alarm(ctx, start, std::move(timer), name);
}
