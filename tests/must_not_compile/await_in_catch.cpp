// SPDX-License-Identifier: BSL-1.0
// The language forbids to wait in a catch block: remember the failure, and wait after it.
// must not compile: (await|co_await).*(handler|catch)
#include <tidings/wait/channel.hpp>

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <string>

boost::asio::awaitable<void> handle(tidings::context ctx, tidings::channel<std::string> failures)
{
    try {
        throw 1;
    } catch (...) {
        (void)co_await failures.send(ctx, "failed");
    }
}
