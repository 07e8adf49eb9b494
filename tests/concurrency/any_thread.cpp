// SPDX-License-Identifier: BSL-1.0
// usage: any_thread ROUNDS
// Does from several threads at once what the headers say is safe from any thread, ROUNDS times each, and
// counts what came of it. Channels and cancellation have their own program, `races`; so have topics,
// `topic_stress`.
#include <tidings/http/request.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/wait/bind.hpp>
#include <tidings/wait/done.hpp>
#include <tidings/wait/run_blocking.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/task_group.hpp>

#include "stage.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::context_scope;
using tidings::test::stage;
using tidings::test::threading;

namespace {

constexpr int threads = 3;

/// Calls `work` on several threads at once, while the calling one does `meanwhile`.
void at_once(std::function<void()> const& work, std::function<void()> const& meanwhile = [] {})
{
    std::latch ready(threads + 1);
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i)
        running.emplace_back([&] {
            ready.arrive_and_wait();
            work();
        });
    ready.arrive_and_wait();
    meanwhile();
    for (std::thread& each : running)
        each.join();
}

// One context: threads look at it, make others below it and end those, while it ends.
bool share_a_context()
{
    asio::io_context io;
    auto root = context::root(io.get_executor());
    auto limited = tidings::with_timeout(root, 1h);
    std::atomic<int> ended{0};
    auto const look = [&] {
        context const mine = limited.get();
        for (int i = 0; i < 20; ++i) {
            auto below = tidings::with_deadline(mine, mine.now() + 30min);
            if (i % 2)
                below.cancel();
            bool const is_sound = below.get().deadline() <= mine.deadline() && !mine.cause() &&
                                  mine.get_executor() == root.get_executor() && mine == limited.get();
            if (!is_sound)
                return;
        }
        while (!mine.is_done())
            std::this_thread::yield();
        ended += mine.reason() == tidings::end_reason::server_stopping;
    };
    at_once(look, [&] { root.cancel(tidings::end_reason::server_stopping); });
    return ended == threads;
}

asio::awaitable<void> await_done(context ctx, tidings::done& end, std::atomic<int>& seen)
{
    bool const came = co_await end.wait(ctx);
    seen += came ? 1 : 0;
}

asio::awaitable<void> await_bound(context ctx, std::atomic<int>& seen)
{
    asio::steady_timer hour(co_await asio::this_coro::executor, 1h);
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::deferred, error);
    co_await hour.async_wait(tidings::bind(ctx, token));
    seen += error ? 1 : 0;
}

asio::awaitable<void> end_it(context_scope& scope)
{
    scope.cancel();
    co_return;
}

// Waits and bound operations on several loops end with a context that ends on one of them.
bool end_on_another_loop()
{
    stage where(threading::loop_each);
    auto root = context::root(where.next_executor());
    auto other = tidings::with_cancel(root);
    tidings::done end(other);
    std::atomic<int> seen{0};
    for (int i = 0; i < threads; ++i) {
        where.start(where.next_executor(), await_done(root, end, seen));
        where.start(where.next_executor(), await_bound(other, seen));
    }
    where.start(where.next_executor(), end_it(other));
    where.run();
    return seen == 2 * threads;
}

asio::awaitable<void> count(context, std::atomic<int>* calls)
{
    ++*calls;
    co_return;
}

asio::awaitable<void> await_group(tidings::task_group& group)
{
    co_await group.wait();
}

asio::awaitable<void> await_tasks(context ctx)
{
    co_await tidings::join_tasks(ctx);
}

// Tasks that are spawned, alone and in a group, while their loop runs them.
bool spawn_from_threads()
{
    asio::io_context io;
    auto root = context::root(io.get_executor());
    tidings::task_group group(root);
    std::atomic<int> calls{0};
    auto const spawn_some = [&] {
        for (int i = 0; i < 20; ++i) {
            tidings::spawn(root, count, &calls);
            group.spawn(count, &calls);
            if (!group.get_context().is_done() && i == 10)
                group.cancel();
        }
    };
    at_once(spawn_some, [&] { io.poll(); });
    asio::co_spawn(io, await_group(group), [](std::exception_ptr) {});
    asio::co_spawn(io, await_tasks(root), [](std::exception_ptr) {});
    io.restart();
    io.run();
    return calls == 2 * 20 * threads;
}

// The text of an event is copied, read and let go of.
bool share_a_text()
{
    tidings::event_text const text({.id = "7", .data = "shared"});
    std::atomic<int> sound{0};
    auto const read = [&] {
        int equal = 0;
        for (int i = 0; i < 100; ++i) {
            tidings::event_text const mine = text;
            equal += mine.text() == text.text();
        }
        sound += equal;
    };
    at_once(read);
    return sound == 100 * threads;
}

// A request is read.
bool share_a_request()
{
    auto const asked = tidings::request::get("/prices/ACME?since=7").with_header("Last-Event-ID", "7");
    std::atomic<int> sound{0};
    at_once([&] { sound += asked.query("since") == "7" && asked.header("last-event-id") == "7"; });
    return sound == threads;
}

asio::awaitable<void> call_blocking(context ctx, std::atomic<int>& calls)
{
    bool const has_run = co_await tidings::run_blocking(ctx, std::this_thread::yield);
    calls += has_run ? 1 : 0;
}

// One pool serves several loops, which others give it, and is looked at meanwhile.
bool share_blocking_threads()
{
    tidings::blocking_threads const pool(2);
    std::atomic<int> calls{0};
    auto const serve = [&] {
        asio::io_context io;
        auto const mine = pool;
        mine.serve(io.get_executor());
        auto root = context::root(io.get_executor());
        asio::co_spawn(io, call_blocking(root, calls), [](std::exception_ptr) {});
        io.run();
    };
    at_once(serve, [&] { (void)pool.wait_until_idle(1ms); });
    return calls == threads;
}

} // namespace

int main(int argc, char** argv)
{
    long const rounds = argc == 2 ? std::atol(argv[1]) : 0;
    if (rounds < 1) {
        std::fputs("usage: any_thread ROUNDS\n", stderr);
        return 2;
    }
    struct
    {
        char const* what;
        bool (*once)();
    } constexpr all[]{{"a context", share_a_context},   {"an end on another loop", end_on_another_loop},
                      {"spawning", spawn_from_threads}, {"an event's text", share_a_text},
                      {"a request", share_a_request},   {"blocking threads", share_blocking_threads}};
    bool is_sound = true;
    for (auto const& each : all) {
        long sound = 0;
        for (long i = 0; i < rounds; ++i)
            sound += each.once();
        std::printf("%s: %ld of %ld rounds are sound\n", each.what, sound, rounds);
        is_sound &= sound == rounds;
    }
    return is_sound ? 0 : 1;
}
