// SPDX-License-Identifier: BSL-1.0
// A pointer to characters says nothing about who owns them.
// must not compile: a view, std::ref or char const\* would dangle in the task
#include <tidings/wait/spawn.hpp>

#include <string>

boost::asio::awaitable<void> talk(tidings::context ctx, std::string what);

void handle(tidings::context ctx)
{
    tidings::spawn(ctx, talk, "hello");
}
