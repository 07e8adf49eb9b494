// SPDX-License-Identifier: BSL-1.0
// It would look at a timer that is gone.
// must not compile: a capturing lambda would dangle
#include <tidings/wait/operation.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>

void wait(tidings::context ctx, boost::asio::steady_timer& timer)
{
    tidings::operation alarm(ctx, [&timer] { return timer.async_wait(boost::asio::deferred); });
}
