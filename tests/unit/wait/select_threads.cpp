// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/channel.hpp>
#include <tidings/wait/select.hpp>
#include <tidings/wait/ticker.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <thread>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::channel;
using tidings::context;
using tidings::select;
using tidings::sending;

namespace {

asio::awaitable<void> echo(context ctx, channel<int> in, channel<int> out, int rounds,
                           std::atomic<int>& failed)
{
    channel<int> never;
    for (int i = 0; i < rounds; ++i) {
        auto next = co_await select(ctx, never, in);
        auto* value = next.from(in);
        if (!value || *value != i)
            ++failed;
        bool const sent = co_await out.send(ctx, i);
        if (!sent)
            ++failed;
    }
}

asio::awaitable<void> call(context ctx, channel<int> out, channel<int> in, int rounds,
                           std::atomic<int>& failed)
{
    for (int i = 0; i < rounds; ++i) {
        int value = i;
        auto next = co_await select(ctx, sending(out, value));
        if (!next.sent(out))
            ++failed;
        auto answer = co_await in.receive(ctx);
        if (answer != i)
            ++failed;
    }
}

} // namespace

// Waits work on any executor: a strand, a pool of threads, an io_context that several threads run.
TEST_CASE("selects meet on a pool of threads")
{
    std::atomic<int> failed{0};
    asio::thread_pool pool(3);
    auto root = context::root(pool.get_executor());
    for (int pair = 0; pair < 4; ++pair) {
        channel<int> there, back;
        asio::co_spawn(asio::make_strand(pool), echo(root, there, back, 500, failed),
                       [](std::exception_ptr) {});
        asio::co_spawn(pool, call(root, there, back, 500, failed), [](std::exception_ptr) {});
    }
    pool.join();
    CHECK(failed == 0);
}

TEST_CASE("selects meet on an io_context that several threads run")
{
    std::atomic<int> failed{0};
    std::atomic<int> running{8};
    asio::io_context io;
    auto work = asio::make_work_guard(io);
    auto root = context::root(io.get_executor());
    auto const ended = [&](std::exception_ptr) {
        if (--running == 0)
            work.reset();
    };
    for (int pair = 0; pair < 4; ++pair) {
        channel<int> there, back;
        asio::co_spawn(asio::make_strand(io), echo(root, there, back, 500, failed), ended);
        asio::co_spawn(io, call(root, there, back, 500, failed), ended);
    }
    std::thread second([&] { io.run(); });
    io.run();
    second.join();
    CHECK(failed == 0);
    CHECK(running == 0);
}

// Coroutines that wait on a pool are destroyed with the pool.
TEST_CASE("suspended waits die with their thread pool")
{
    auto const watched = std::make_shared<int>(0);
    {
        asio::thread_pool pool(1);
        auto root = context::root(pool.get_executor());
        auto hold = [](context ctx, std::shared_ptr<int>) -> asio::awaitable<void> {
            tidings::ticker never(1h);
            co_await never.tick(ctx);
        };
        for (int i = 0; i < 3; ++i)
            asio::co_spawn(pool, hold(root, watched), [](std::exception_ptr) {});
        pool.stop();
    }
    CHECK(watched.use_count() == 1);
}
