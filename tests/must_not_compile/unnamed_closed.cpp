// SPDX-License-Identifier: BSL-1.0
// A new one in each turn of a loop would be ready each time.
// must not compile: give it a name before the first
#include <tidings/wait/select.hpp>

#include <boost/asio/awaitable.hpp>

boost::asio::awaitable<int> count(tidings::context ctx, tidings::channel<int> news)
{
    int received = 0;
    while (auto next = co_await tidings::select(ctx, news, tidings::closed(news)))
        ++received;
    co_return received;
}
