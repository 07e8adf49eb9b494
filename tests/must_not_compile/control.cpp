// SPDX-License-Identifier: BSL-1.0
// What the other files get wrong, done right.
#include <tidings/wait/channel.hpp>
#include <tidings/wait/run_blocking.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/ticker.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

boost::asio::awaitable<void> talk(tidings::context ctx, std::string what, tidings::channel<std::string> said)
{
    (void)co_await said.send(ctx, what);
}

boost::asio::awaitable<void> handle(tidings::context ctx)
{
    tidings::channel<std::string> said(1);
    tidings::spawn(ctx, talk, std::string("hello"), said);
    tidings::spawn(
        ctx,
        [](tidings::context inner, tidings::channel<std::string> heard) -> boost::asio::awaitable<void> {
            (void)co_await heard.receive(inner);
        },
        said);

    auto const size = co_await tidings::run_blocking(
        ctx, [](std::string const& path) { return path.size(); }, std::string("a path"));
    if (!size)
        co_return;

    tidings::ticker every_second(std::chrono::seconds(1));
    std::string failure;
    try {
        co_await every_second.tick(ctx);
    } catch (std::exception const& error) {
        failure = error.what();
    }
    if (!failure.empty())
        (void)co_await said.send(ctx, failure);
}
