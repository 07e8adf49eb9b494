// SPDX-License-Identifier: BSL-1.0
// A span refers to values that may be gone when the task reads them.
// must not compile: a view, std::ref or char const\* would dangle in the task
#include <tidings/wait/spawn.hpp>

#include <span>

boost::asio::awaitable<void> add_up(tidings::context ctx, std::span<int const> values);

void handle(tidings::context ctx, std::span<int const> values)
{
    tidings::spawn(ctx, add_up, values);
}
