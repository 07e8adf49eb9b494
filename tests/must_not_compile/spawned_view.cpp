// SPDX-License-Identifier: BSL-1.0
// A view refers to text that may be gone when the task reads it.
// must not compile: a view, std::ref or char const\* would dangle in the task
#include <tidings/wait/spawn.hpp>

#include <string_view>

boost::asio::awaitable<void> talk(tidings::context ctx, std::string_view what);

void handle(tidings::context ctx, std::string_view what)
{
    tidings::spawn(ctx, talk, what);
}
