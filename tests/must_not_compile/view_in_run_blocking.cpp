// SPDX-License-Identifier: BSL-1.0
// The call may still run when the handler has returned.
// must not compile: a view, std::ref or char const\* would dangle in the call
#include <tidings/wait/run_blocking.hpp>

#include <cstddef>
#include <string_view>

std::size_t count_words(std::string_view text);

boost::asio::awaitable<void> load(tidings::context ctx, std::string_view text)
{
    auto const count = co_await tidings::run_blocking(ctx, count_words, text);
    (void)count;
}
