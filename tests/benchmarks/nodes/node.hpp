// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/redis/redis_store.hpp>
#include <tidings/hub/subscription.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace tidings::benchmark {

inline std::int64_t nanoseconds_now()
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

/// What some followers of a topic have got, and after how long.
class arrivals
{
public:
    std::atomic<std::size_t> followers = 0; ///< that are there
    std::atomic<std::size_t> count = 0;

    /// The data of an event begins with the instant of its publish.
    void add(std::string_view body)
    {
        std::int64_t const sent = std::strtoll(body.data() + body.find(' ') + 1, nullptr, 10);
        delays.push_back(static_cast<float>(nanoseconds_now() - sent) / 1e6F);
        ++count;
    }
    /// Until `expected` events have come.
    void wait(std::size_t expected) const
    {
        while (count < expected)
            std::this_thread::sleep_for(std::chrono::microseconds(50));
    }

    std::vector<float> delays; ///< in milliseconds; of the followers' thread, until nothing comes any more
};

/// One process of a hub, but for the process: a registry with its store, and a loop with followers. Names
/// that begin with "memory/" are those of topics that no other node knows.
class node
{
public:
    explicit node(std::string const& engine)
        : store(redis_store(engine, {.max_queued_events = 4'096, .log = [](log_level, std::string_view) {}}))
    {
        constexpr std::size_t all = 1'000'000;
        topics.add("memory/{name...}", {.max_events = all, .history_bytes = 256 * all});
        topics.add("{name...}", {.max_events = all, .history_bytes = 256 * all, .store = store});
    }
    ~node()
    {
        root_.cancel();
        has_work_.reset();
    }
    node(node const&) = delete;
    node& operator=(node const&) = delete;

    topic at(std::string_view name) const { return *topics.open_blocking(name); }

    /// So many followers more, all of which note what comes.
    void follow(topic const& of, std::size_t count, arrivals& into)
    {
        for (std::size_t i = 0; i < count; ++i)
            boost::asio::co_spawn(io_, note_all(root_, of, into), boost::asio::detached);
        while (into.followers < count)
            std::this_thread::yield();
    }

    std::shared_ptr<topic_store> const store;
    topic_registry topics;

private:
    static boost::asio::awaitable<void> note_all(context ctx, topic of, arrivals& into)
    {
        subscription news(ctx, of);
        ++into.followers;
        while (auto const next = co_await news.receive(ctx))
            into.add(next->body());
    }

    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> has_work_{io_.get_executor()};
    context_scope root_ = context::root(io_.get_executor());
    std::jthread thread_{[this] { io_.run(); }};
};

} // namespace tidings::benchmark
