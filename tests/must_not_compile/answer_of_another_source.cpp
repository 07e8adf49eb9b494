// SPDX-License-Identifier: BSL-1.0
// Its answer would be no for ever.
// must not compile: a source of this type is not in the select
#include <tidings/wait/select.hpp>

#include <boost/asio/awaitable.hpp>

boost::asio::awaitable<bool> has_come(tidings::context ctx, tidings::channel<int> news,
                                      tidings::channel<long> others)
{
    auto next = co_await tidings::select(ctx, news);
    co_return next.from(others) != nullptr;
}
