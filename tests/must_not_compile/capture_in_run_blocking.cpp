// SPDX-License-Identifier: BSL-1.0
// What a lambda has captured by reference is gone when the handler has returned, and its call may still run.
// must not compile: what a lambda has captured may be gone when the call runs
#include <tidings/wait/run_blocking.hpp>

#include <string>

boost::asio::awaitable<void> load(tidings::context ctx, std::string path)
{
    auto const measure = [&path] { return path.size(); };
    auto const size = co_await tidings::run_blocking(ctx, measure);
    (void)size;
}
