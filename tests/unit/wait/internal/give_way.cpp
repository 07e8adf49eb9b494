// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/internal/give_way.hpp>
#include <tidings/wait/run_blocking.hpp>
#include <tidings/wait/select.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/task_group.hpp>

#include "support/virtual_loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::channel;
using tidings::context;
using tidings::test::virtual_loop;

namespace {

constexpr int enough = 10'000; // fewer than a coroutine may wait after its end

struct named_wait
{
    char const* name;
    std::function<asio::awaitable<void>(context)> once;
};

asio::awaitable<void> give_way(context ctx)
{
    co_await tidings::internal::give_way(ctx);
}

asio::awaitable<void> receive_buffered(context ctx)
{
    channel<int> full(1);
    (void)full.try_send(1);
    co_await full.receive(ctx);
}

asio::awaitable<void> receive_from_closed(context ctx)
{
    channel<int> closed;
    closed.close();
    co_await closed.receive(ctx);
}

asio::awaitable<void> send_to_buffer(context ctx)
{
    channel<int> empty(1);
    co_await empty.send(ctx, 1);
}

asio::awaitable<void> send_to_closed(context ctx)
{
    channel<int> closed;
    closed.close();
    co_await closed.send(ctx, 1);
}

asio::awaitable<void> select_ready(context ctx)
{
    channel<int> never;
    co_await tidings::select(ctx, never, tidings::after(0s));
}

asio::awaitable<void> select_nothing(context ctx)
{
    channel<int> closed;
    closed.close();
    co_await tidings::select(ctx, closed);
}

asio::awaitable<void> await_the_past(context ctx)
{
    tidings::after moment(0s);
    co_await moment.wait(ctx);
}

asio::awaitable<void> await_end_that_was(context ctx)
{
    auto other = tidings::with_cancel(ctx);
    other.cancel();
    tidings::done end(other);
    co_await end.wait(ctx);
}

asio::awaitable<void> tick_after_end(context ctx)
{
    auto other = tidings::with_cancel(ctx);
    other.cancel();
    tidings::ticker hour(1h);
    co_await hour.tick(other);
}

asio::awaitable<void> call_after_end(context ctx)
{
    auto other = tidings::with_cancel(ctx);
    other.cancel();
    co_await tidings::run_blocking(other, [] {});
}

asio::awaitable<void> await_no_tasks(context ctx)
{
    tidings::task_group none(ctx);
    co_await none.wait();
}

asio::awaitable<void> join_nobody(context ctx)
{
    co_await tidings::join_tasks(ctx);
}

// Goes round until somebody else has had a turn, which it asked for in the first one.
asio::awaitable<void> go_round(context ctx, named_wait of, asio::io_context& io, bool& had_turn, int& rounds)
{
    for (; rounds < enough && !had_turn; ++rounds) {
        co_await of.once(ctx);
        if (rounds == 0)
            asio::post(io, [&had_turn] { had_turn = true; });
    }
}

asio::awaitable<void> count_rounds(context ctx, std::atomic<int>& rounds)
{
    for (int i = 0; i < 100; ++i) {
        co_await tidings::internal::give_way(ctx);
        ++rounds;
    }
}

} // namespace

// Whatever a coroutine loops on, and however that comes back: others have their turn after a few rounds.
TEST_CASE("every wait that comes back at once gives way")
{
    std::vector<named_wait> const all{
        {"give_way", give_way},
        {"receive", receive_buffered},
        {"receive, closed", receive_from_closed},
        {"send", send_to_buffer},
        {"send, closed", send_to_closed},
        {"select", select_ready},
        {"select, nothing left", select_nothing},
        {"after", await_the_past},
        {"done", await_end_that_was},
        {"ticker, ended", tick_after_end},
        {"run_blocking, ended", call_after_end},
        {"task_group", await_no_tasks},
        {"join_tasks", join_nobody},
    };
    for (named_wait const& each : all) {
        virtual_loop at;
        bool had_turn = false;
        int rounds = 0;
        at.start_coroutine(go_round(at.root, each, at.io, had_turn, rounds));
        at.settle();
        INFO(each.name);
        CHECK(had_turn);
        CHECK(rounds < 1000);
        CHECK(at.finished == 1);
    }
}

// It works on executors without turns too.
TEST_CASE("giving way on a thread pool")
{
    asio::thread_pool pool(2);
    auto root = context::root(pool.get_executor());
    std::atomic<int> rounds{0};
    for (int i = 0; i < 4; ++i)
        asio::co_spawn(pool, count_rounds(root, rounds), [](std::exception_ptr) {});
    pool.join();
    CHECK(rounds == 400);
}

// A coroutine that gives way when its loop is destroyed goes with it.
TEST_CASE("a loop dies while somebody gives way")
{
    auto const watched = std::make_shared<int>(0);
    {
        virtual_loop at;
        auto const round = [](context ctx, std::shared_ptr<int>) -> asio::awaitable<void> {
            for (;;)
                co_await tidings::internal::give_way(ctx);
        };
        at.start_coroutine(round(at.root, watched));
        at.io.poll_one();
        at.io.poll_one();
    }
    CHECK(watched.use_count() == 1);
}
