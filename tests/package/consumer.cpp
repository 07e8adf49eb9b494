// SPDX-License-Identifier: BSL-1.0
// A first program of a user: our headers alone, our code and Asio's linked through the one target.
#include <tidings/sse/event_text.hpp>
#include <tidings/wait/ticker.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdio>

boost::asio::awaitable<void> tick_once(tidings::context ctx)
{
    tidings::ticker soon(std::chrono::milliseconds(1));
    if (co_await soon.tick(ctx))
        std::puts("ticked");
}

int main()
{
    boost::asio::io_context loop;
    auto const root = tidings::context::root(loop.get_executor());
    boost::asio::co_spawn(loop, tick_once(root), boost::asio::detached);
    loop.run();
    return tidings::event_text({.data = "hello"}).text().empty() ? 1 : 0;
}
