// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <exception>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace tidings::test {

enum class threading
{
    one_thread,  ///< all coroutines on one loop
    loop_each,   ///< several loops, each with its thread
    shared_loop, ///< one io_context that several threads run, a strand for each coroutine
};

inline char const* to_string(threading how)
{
    switch (how) {
    case threading::one_thread:
        return "one thread";
    case threading::loop_each:
        return "loop each";
    case threading::shared_loop:
        return "shared loop";
    }
    return "";
}

/// Where the coroutines of a race run.
class stage
{
public:
    explicit stage(threading how) : how_(how)
    {
        for (int i = 0; i < (how == threading::loop_each ? threads : 1); ++i)
            loops_.push_back(std::make_unique<boost::asio::io_context>());
    }

    /// A place for one more coroutine.
    boost::asio::any_io_executor next_executor()
    {
        auto& loop = *loops_[next_++ % loops_.size()];
        if (how_ == threading::shared_loop)
            return boost::asio::make_strand(loop);
        return loop.get_executor();
    }

    void start(boost::asio::any_io_executor const& where, boost::asio::awaitable<void> body)
    {
        boost::asio::co_spawn(where, std::move(body), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
    }

    /// Runs until all coroutines have come to their end.
    void run()
    {
        std::vector<std::thread> running;
        for (int i = 1; i < (how_ == threading::one_thread ? 1 : threads); ++i)
            running.emplace_back(
                [&loop = *loops_[static_cast<std::size_t>(i) % loops_.size()]] { loop.run(); });
        loops_.front()->run();
        for (std::thread& each : running)
            each.join();
    }

private:
    static constexpr int threads = 3;

    threading how_;
    std::vector<std::unique_ptr<boost::asio::io_context>> loops_;
    std::size_t next_ = 0;
};

} // namespace tidings::test
