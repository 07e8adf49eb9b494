// SPDX-License-Identifier: BSL-1.0
// An event is three views: its text may be gone when the task reads it.
// must not compile: a view, std::ref or char const\* would dangle in the task
#include <tidings/sse/event.hpp>
#include <tidings/wait/spawn.hpp>

boost::asio::awaitable<void> tell(tidings::context ctx, tidings::event what);

void handle(tidings::context ctx, tidings::event what)
{
    tidings::spawn(ctx, tell, what);
}
