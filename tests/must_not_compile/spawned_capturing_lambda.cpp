// SPDX-License-Identifier: BSL-1.0
// Captures live in the closure, which dies with the statement that spawns it, and not in the task.
// must not compile: a capturing lambda would dangle in the task
#include <tidings/wait/spawn.hpp>

void handle(tidings::context ctx, int& count)
{
    tidings::spawn(ctx, [&count](tidings::context) -> boost::asio::awaitable<void> {
        ++count;
        co_return;
    });
}
