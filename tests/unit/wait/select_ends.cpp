// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/after.hpp>
#include <tidings/wait/channel.hpp>
#include <tidings/wait/done.hpp>
#include <tidings/wait/select.hpp>
#include <tidings/wait/ticker.hpp>

#include "support/virtual_loop.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::channel;
using tidings::context;
using tidings::select;
using tidings::sending;
using tidings::test::virtual_loop;

namespace {

asio::awaitable<void> wait_for_nothing(context ctx, bool& came_back)
{
    auto next = co_await select(ctx);
    came_back = !next;
}

asio::awaitable<void> await_deadline(context ctx, virtual_loop& at, std::vector<tidings::duration>& pings,
                                     tidings::end_reason& reason)
{
    auto limited = tidings::with_timeout(ctx, 150s);
    channel<int> updates;
    tidings::ticker ping(60s);
    while (auto next = co_await select(limited, updates, ping))
        pings.push_back(at.elapsed());
    reason = limited.reason();
}

asio::awaitable<void> wait_and_note(context ctx, int& came_back)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    channel<int> never;
    auto next = co_await select(ctx, never);
    came_back = next ? 1 : 0;
    // The signal of the wait that is over must not reach into the next one's place.
    tidings::after soon(1s);
    co_await asio::this_coro::reset_cancellation_state();
    bool const waited = co_await soon.wait(ctx);
    came_back += waited ? 10 : 0;
}

} // namespace

// Without sources a select waits for the end of its context.
TEST_CASE("a select without sources waits for the context")
{
    virtual_loop at;
    bool came_back = false;
    at.start_coroutine(wait_for_nothing(at.root, came_back));
    at.advance(1h);
    CHECK_FALSE(came_back);
    at.root.cancel();
    at.settle();
    CHECK(came_back);
}

// A minute's keep-alive and a deadline of some minutes, in a millisecond.
TEST_CASE("a ticker and a deadline race in virtual time")
{
    virtual_loop at;
    std::vector<tidings::duration> pings;
    auto reason = tidings::end_reason::none;
    at.start_coroutine(await_deadline(at.root, at, pings, reason));
    at.advance(10min);
    CHECK(pings == std::vector<tidings::duration>{60s, 120s});
    CHECK(reason == tidings::end_reason::deadline_exceeded);
    CHECK_FALSE(at.home().next_due());
}

// Cancellation of the coroutine ends a wait too, with false; the next wait is a wait again.
TEST_CASE("terminal cancellation ends a wait")
{
    virtual_loop at;
    asio::cancellation_signal backstop;
    int came_back = -1;
    asio::co_spawn(at.io, wait_and_note(at.root, came_back),
                   asio::bind_cancellation_slot(backstop.slot(), [](std::exception_ptr) {}));
    at.settle();
    CHECK(came_back == -1);
    backstop.emit(asio::cancellation_type::terminal);
    at.settle();
    CHECK(came_back == 0);
    at.advance(1s);
    CHECK(came_back == 10);
    backstop.emit(asio::cancellation_type::terminal); // nobody waits any more
    at.settle();
}

// A select that waits is destroyed with its io_context, with the channels of its own frame.
TEST_CASE("a suspended select dies with its io_context")
{
    auto const watched = std::make_shared<int>(0);
    {
        virtual_loop at;
        auto hold = [](context ctx, channel<int> shared, std::shared_ptr<int> kept) -> asio::awaitable<void> {
            auto limited = tidings::with_timeout(ctx, 1h);
            channel<std::shared_ptr<int>> own;
            tidings::ticker often(1s);
            auto next = co_await select(limited, own, shared, often, sending(own, kept), tidings::done(ctx));
        };
        channel<int> shared;
        for (int i = 0; i < 3; ++i)
            at.start_coroutine(hold(at.root, shared, watched));
        at.settle();
        CHECK(watched.use_count() == 4);
    }
    CHECK(watched.use_count() == 1);
}
