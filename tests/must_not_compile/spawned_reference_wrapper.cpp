// SPDX-License-Identifier: BSL-1.0
// std::ref hands the task a reference to a variable that may be gone.
// must not compile: a view, std::ref or char const\* would dangle in the task
#include <tidings/wait/spawn.hpp>

#include <functional>

boost::asio::awaitable<void> count(tidings::context ctx, int& counter);

void handle(tidings::context ctx, int& counter)
{
    tidings::spawn(ctx, count, std::ref(counter));
}
