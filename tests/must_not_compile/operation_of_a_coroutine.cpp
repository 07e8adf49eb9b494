// SPDX-License-Identifier: BSL-1.0
// A coroutine would need a frame for each start; a task and a channel do that.
// must not compile: returns an operation of Asio that has
#include <tidings/wait/operation.hpp>

#include <boost/asio/awaitable.hpp>

boost::asio::awaitable<int> read_number();

void wait(tidings::context ctx)
{
    tidings::operation number(ctx, read_number);
}
