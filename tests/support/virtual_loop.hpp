// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/testing/virtual_time.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <utility>

namespace tidings::test {

/// `testing::virtual_time` with a root context and a count of coroutines.
class virtual_loop
{
public:
    /// Starts a coroutine. What it throws comes out of `settle` or `advance`.
    void start_coroutine(boost::asio::awaitable<void> body)
    {
        boost::asio::co_spawn(io, std::move(body), [this](std::exception_ptr failure) {
            ++finished;
            if (failure)
                std::rethrow_exception(failure);
        });
    }

    void settle() { time.run_until_idle(); }
    void advance(duration by) { time.advance(by); }

    time_point now() const { return time.now(); }
    duration elapsed() const { return now() - start; }
    internal::loop& home() { return internal::loop::of(io.get_executor()); }

    testing::virtual_time time;
    time_point const start = time.now();
    boost::asio::io_context& io = time.loop();
    context_scope root = context::root(io.get_executor());
    int finished = 0; ///< coroutines that came to their end
};

} // namespace tidings::test
