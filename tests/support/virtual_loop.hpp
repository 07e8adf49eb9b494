// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <utility>

namespace tidings::test {

/// An `io_context` in virtual time with a root context: hours pass in milliseconds, and no test sleeps.
class virtual_loop
{
public:
    virtual_loop() { home().use_virtual_time(start); }

    /// Starts a coroutine. What it throws comes out of `settle` or `advance`.
    void start_coroutine(boost::asio::awaitable<void> body)
    {
        boost::asio::co_spawn(io, std::move(body), [this](std::exception_ptr failure) {
            ++finished;
            if (failure)
                std::rethrow_exception(failure);
        });
    }

    /// Runs until nothing is left to do at the present instant.
    void settle()
    {
        io.restart();
        io.poll();
    }

    /// Lets that much time pass, from one due timer to the next.
    void advance(duration by)
    {
        time_point const target = now() + by;
        settle();
        for (auto next = home().next_due(); next && *next <= target; next = home().next_due()) {
            home().advance_virtual_time(*next);
            settle();
        }
        home().advance_virtual_time(target);
        settle();
    }

    time_point now() { return home().now(); }
    duration elapsed() { return now() - start; }
    internal::loop& home() { return internal::loop::of(io.get_executor()); }

    static constexpr time_point start{std::chrono::hours(1)};

    boost::asio::io_context io;
    context_scope root = context::root(io.get_executor());
    int finished = 0; ///< coroutines that came to their end
};

} // namespace tidings::test
