// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/after.hpp>
#include <tidings/wait/bind.hpp>
#include <tidings/wait/internal/tasks.hpp>
#include <tidings/wait/select.hpp>
#include <tidings/wait/spawn.hpp>

#include "support/virtual_loop.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::channel;
using tidings::context;
using tidings::end_reason;
using tidings::test::virtual_loop;

namespace {

asio::awaitable<void> count_up(context ctx, channel<int> numbers, int from)
{
    for (int i = from; co_await numbers.send(ctx, i); ++i) {
    }
}

asio::awaitable<void> fail_after(context ctx, tidings::duration delay, std::string message)
{
    tidings::after moment(delay);
    bool const came = co_await moment.wait(ctx);
    if (came)
        throw std::runtime_error(message);
}

asio::awaitable<void> wait_for_end(context ctx, int* ended)
{
    tidings::ticker never(1000h);
    while (co_await never.tick(ctx)) {
    }
    ++*ended;
}

asio::awaitable<void> spawn_more(context ctx, int depth, int* ended)
{
    if (depth > 0)
        tidings::spawn(ctx, spawn_more, depth - 1, ended);
    co_await wait_for_end(ctx, ended);
}

asio::awaitable<void> wait_bound(context ctx)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 10h);
    co_await timer.async_wait(tidings::bind(ctx, asio::deferred));
}

asio::awaitable<void> join(context ctx, bool& joined)
{
    joined = co_await tidings::join_tasks(ctx);
}

asio::awaitable<void> hang(context, int* rounds)
{
    for (int i = 0; i < 3; ++i) {
        asio::steady_timer raw(co_await asio::this_coro::executor, 1000h);
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::deferred, error);
        co_await raw.async_wait(token);
        ++*rounds;
    }
}

asio::awaitable<void> note(context, std::string* order, char step)
{
    *order += step;
    co_return;
}

asio::awaitable<void> spawn_in_between(context ctx, std::string* order)
{
    *order += '1';
    tidings::spawn(ctx, note, order, '2');
    *order += '3';
    co_return;
}

} // namespace

// A task gets copies of its arguments, and ends with its context.
TEST_CASE("a spawned task runs until its context ends")
{
    virtual_loop at;
    channel<int> numbers;
    {
        int from = 5;
        tidings::spawn(at.root, count_up, numbers, from);
        from = 0;
    }
    CHECK(numbers.try_receive() == std::nullopt); // the loop has not had a turn
    at.settle();
    CHECK(numbers.try_receive() == 5);
    at.settle();
    CHECK(numbers.try_receive() == 6);
    at.root.cancel();
    at.settle();
    CHECK(numbers.try_receive() == std::nullopt);
    CHECK(tidings::internal::access::state(at.root.get()).root().scope().is_empty());
}

// Where its loop is at work already, a task does not wait for a turn of it.
TEST_CASE("a task that is spawned on its own loop starts at once")
{
    virtual_loop at;
    std::string order;
    at.start_coroutine(spawn_in_between(at.root, &order));
    at.settle();
    CHECK(order == "123");
}

// Joining waits for all tasks below the root, also for those that tasks have spawned.
TEST_CASE("tasks are joined with their root")
{
    virtual_loop at;
    int ended = 0;
    bool joined = false;
    auto below = tidings::with_cancel(at.root);
    tidings::spawn(below, spawn_more, 3, &ended);
    tidings::spawn(at.root, wait_for_end, &ended);
    at.settle();
    at.start_coroutine(join(below, joined));
    at.settle();
    CHECK_FALSE(joined);
    below.cancel();
    at.settle();
    CHECK(ended == 4);
    CHECK_FALSE(joined);
    at.root.cancel();
    at.settle();
    CHECK(ended == 5);
    CHECK(joined);

    joined = false;
    at.start_coroutine(join(below, joined)); // nothing is left: true at once, though the context has ended
    at.settle();
    CHECK(joined);
}

// What leaves a task ends the root, not only the task's own context, with the exception as the cause.
TEST_CASE("a task that is aborted with its own context has not failed")
{
    virtual_loop at;
    auto const limited = tidings::with_timeout(at.root, 1s);
    tidings::spawn(limited, wait_bound);
    at.advance(2s);
    CHECK(limited.is_done());
    CHECK_FALSE(tidings::internal::has_tasks(at.root));
    CHECK_FALSE(at.root.is_done());
}

TEST_CASE("a failed task ends the root with its cause")
{
    virtual_loop at;
    int ended = 0;
    auto limited = tidings::with_timeout(at.root, 1h);
    tidings::spawn(limited, fail_after, 10s, std::string("market is closed"));
    tidings::spawn(at.root, wait_for_end, &ended);
    at.advance(10s);
    CHECK(at.root.reason() == end_reason::failed);
    CHECK(ended == 1);
    std::string message;
    try {
        std::rethrow_exception(at.root.cause());
    } catch (std::runtime_error const& error) {
        message = error.what();
    }
    CHECK(message == "market is closed");
}

// A later failure changes nothing: the first cause stays.
TEST_CASE("the first failure stays")
{
    virtual_loop at;
    auto first = tidings::with_cancel(at.root);
    tidings::spawn(at.root, fail_after, 1s, std::string("first"));
    tidings::spawn(at.root, fail_after, 1s, std::string("second"));
    at.advance(1s);
    REQUIRE(at.root.cause());
    std::string message;
    try {
        std::rethrow_exception(at.root.cause());
    } catch (std::runtime_error const& error) {
        message = error.what();
    }
    CHECK(message == "first");
}

// A lambda that captures nothing is a function too.
TEST_CASE("a lambda without captures can be spawned")
{
    virtual_loop at;
    auto const value = std::make_shared<int>(0);
    tidings::spawn(
        at.root,
        [](context, std::shared_ptr<int> into) -> asio::awaitable<void> {
            *into = 1;
            co_return;
        },
        value);
    at.settle();
    CHECK(*value == 1);
    CHECK(value.use_count() == 1);
}

// A task that hangs in a raw Asio wait is ended by the backstop, round by round, and seizes no thread.
TEST_CASE("terminal cancellation reaches a hanging task")
{
    virtual_loop at;
    int rounds = 0;
    int ended = 0;
    tidings::spawn(at.root, hang, &rounds);
    tidings::spawn(at.root, wait_for_end, &ended);
    at.settle();
    at.root.cancel();
    at.settle();
    CHECK(rounds == 0);
    auto& tasks = tidings::internal::access::state(at.root.get()).root().scope();
    for (int round = 1; round <= 3; ++round) {
        tasks.cancel_hanging();
        at.settle();
        CHECK(rounds == round);
    }
    CHECK(tasks.is_empty());
}

// Tasks that wait are destroyed with their io_context, and so is what they own.
TEST_CASE("suspended tasks die with their io_context")
{
    auto const watched = std::make_shared<int>(0);
    {
        virtual_loop at;
        tidings::spawn(
            at.root,
            [](context ctx, std::shared_ptr<int>) -> asio::awaitable<void> {
                tidings::ticker never(1h);
                co_await never.tick(ctx);
            },
            watched);
        at.settle();
        CHECK(watched.use_count() > 1);
        tidings::spawn(
            at.root, [](context, std::shared_ptr<int>) -> asio::awaitable<void> { co_return; },
            watched); // never started
    }
    CHECK(watched.use_count() == 1);
}
