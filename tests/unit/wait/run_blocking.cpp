// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/after.hpp>
#include <tidings/wait/run_blocking.hpp>

#include "support/virtual_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <latch>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::run_blocking;

namespace {

std::unique_ptr<std::string> join_words(std::string const& left, std::unique_ptr<std::string> right)
{
    return std::make_unique<std::string>(left + " " + *right);
}

asio::awaitable<void> call_all(context ctx, std::vector<std::string>& seen)
{
    auto const loop_thread = std::this_thread::get_id();
    auto on_other_thread = [](std::thread::id loop) { return std::this_thread::get_id() != loop; };
    auto const elsewhere = co_await run_blocking(ctx, on_other_thread, loop_thread);
    seen.push_back(elsewhere == true ? "on a thread of its own" : "on the loop");
    if (std::this_thread::get_id() != loop_thread)
        seen.push_back("came back on the wrong thread");

    auto const joined = co_await run_blocking(ctx, join_words, std::string("a text that owns"),
                                              std::make_unique<std::string>("its memory"));
    seen.push_back(joined ? **joined : "empty");

    bool const done = co_await run_blocking(ctx, [] {});
    seen.push_back(done ? "done" : "not done");

    try {
        co_await run_blocking(ctx, [] { throw std::runtime_error("disk is full"); });
    } catch (std::runtime_error const& error) {
        seen.push_back(error.what());
    }
}

struct gate
{
    std::counting_semaphore<> open{0};
    std::atomic<int> entered{0};
    std::atomic<int> left{0};
};

int pass(std::shared_ptr<gate> through)
{
    ++through->entered;
    through->open.acquire();
    return ++through->left;
}

asio::awaitable<void> call_gate(context ctx, std::shared_ptr<gate> through, int& came, int& empty)
{
    auto const result = co_await run_blocking(ctx, pass, through);
    ++(result ? came : empty);
}

} // namespace

// A result, an exception and the fact of being done come back to the loop's thread.
TEST_CASE("a blocking call runs elsewhere and its outcome comes back")
{
    asio::io_context io;
    auto root = context::root(io.get_executor());
    std::vector<std::string> seen;
    asio::co_spawn(io, call_all(root, seen), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    io.run();
    CHECK(seen == std::vector<std::string>{"on a thread of its own", "a text that owns its memory", "done",
                                           "disk is full"});
}

// Under an ended context a call is not even started.
TEST_CASE("nothing is called once the context has ended")
{
    asio::io_context io;
    auto root = context::root(io.get_executor());
    root.cancel();
    auto const through = std::make_shared<gate>();
    int came = 0;
    int empty = 0;
    asio::co_spawn(io, call_gate(root, through, came, empty), [](std::exception_ptr) {});
    io.run();
    CHECK(empty == 1);
    CHECK(through->entered == 0);
}

// The coroutine does not wait for a call whose context has ended; the call goes on with what it owns.
TEST_CASE("the end of the context does not wait for a call")
{
    auto const through = std::make_shared<gate>();
    int came = 0;
    int empty = 0;
    {
        asio::io_context io;
        auto root = context::root(io.get_executor());
        asio::co_spawn(io, call_gate(root, through, came, empty), [](std::exception_ptr) {});
        while (through->entered == 0)
            io.run_one_for(1ms);
        root.cancel();
        io.run();
        CHECK(empty == 1);
        CHECK(through->left == 0);
        through->open.release();
    } // joins the pool
    CHECK(through->left == 1);
    CHECK(through.use_count() == 1);
}

// At most as many calls run as the pool has threads; the rest waits, those beyond the queue as coroutines.
TEST_CASE("the pool is bounded")
{
    constexpr int threads = 2;
    constexpr int calls = threads * (1 + static_cast<int>(tidings::detail::queued_per_thread)) + 5;
    asio::io_context io;
    auto root = context::root(io.get_executor());
    tidings::blocking_threads(threads).serve(io.get_executor());
    auto const through = std::make_shared<gate>();
    int came = 0;
    int empty = 0;
    auto waiting = tidings::with_cancel(root);
    for (int i = 0; i < calls; ++i)
        asio::co_spawn(io, call_gate(i < calls - 2 ? context(root) : context(waiting), through, came, empty),
                       [](std::exception_ptr) {});
    while (through->entered < threads)
        io.run_one_for(1ms);
    io.poll();
    CHECK(through->entered == threads);
    waiting.cancel(); // those two never got a place
    io.restart();
    io.poll();
    CHECK(empty == 2);
    through->open.release(calls);
    io.restart();
    io.run();
    CHECK(came == calls - 2);
    CHECK(through->entered == calls - 2);
}

// Virtual time knows that a call is out, and need not run ahead of it.
TEST_CASE("a call counts as work elsewhere")
{
    tidings::test::virtual_loop at;
    auto const through = std::make_shared<gate>();
    int came = 0;
    int empty = 0;
    at.start_coroutine(call_gate(at.root, through, came, empty));
    at.io.poll();
    CHECK(at.home().has_work_elsewhere());
    through->open.release();
    while (at.home().has_work_elsewhere()) {
        at.io.restart();
        at.io.run_one_for(1ms);
    }
    at.settle();
    CHECK(came == 1);
}
