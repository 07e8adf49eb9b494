// SPDX-License-Identifier: BSL-1.0
// A task gets copies: a parameter that wants to change the caller's variable cannot have it.
// must not compile: it takes them by value or by const&
#include <tidings/wait/spawn.hpp>

boost::asio::awaitable<void> count(tidings::context ctx, int& counter);

void handle(tidings::context ctx, int& counter)
{
    tidings::spawn(ctx, count, counter);
}
