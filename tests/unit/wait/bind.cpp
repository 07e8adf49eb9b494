// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/after.hpp>
#include <tidings/wait/bind.hpp>

#include "support/virtual_loop.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using boost::system::error_code;
using tidings::context;
using tidings::test::virtual_loop;

namespace {

asio::awaitable<void> wait_raw(context ctx, asio::steady_timer::duration time, std::vector<error_code>& seen)
{
    asio::steady_timer raw(co_await asio::this_coro::executor, time);
    error_code error;
    auto token = asio::redirect_error(asio::deferred, error);
    co_await raw.async_wait(tidings::bind(ctx, token));
    seen.push_back(error);
}

asio::awaitable<void> wait_throwing(context ctx, std::vector<error_code>& seen)
{
    asio::steady_timer raw(co_await asio::this_coro::executor, 1000h);
    try {
        co_await raw.async_wait(tidings::bind(ctx, asio::use_awaitable));
    } catch (boost::system::system_error const& error) {
        seen.push_back(error.code());
    }
}

asio::awaitable<void> wait_many(context ctx, int rounds, std::atomic<int>& completed)
{
    asio::steady_timer raw(co_await asio::this_coro::executor);
    for (int i = 0; i < rounds; ++i) {
        raw.expires_after(0s);
        error_code error;
        auto token = asio::redirect_error(asio::deferred, error);
        co_await raw.async_wait(tidings::bind(ctx, token));
        ++completed;
    }
}

bool has_waiters(tidings::detail::context_state& state, virtual_loop& at)
{
    // Ending wakes whoever is linked: what is woken posts itself to the loop.
    state.end(tidings::end_reason::canceled);
    at.io.restart();
    return at.io.poll() != 0;
}

} // namespace

// The operation is canceled when the context ends, with either token.
TEST_CASE("a bound operation ends with its context")
{
    virtual_loop at;
    std::vector<error_code> seen;
    auto limited = tidings::with_timeout(at.root, 10s);
    at.start_coroutine(wait_raw(limited, 1000h, seen));
    at.start_coroutine(wait_throwing(limited, seen));
    at.settle();
    CHECK(seen.empty());
    at.advance(10s);
    CHECK(seen == std::vector<error_code>(2, asio::error::operation_aborted));
    CHECK(at.finished == 2);
}

// Started after the end, it is canceled at once.
TEST_CASE("a bound operation that starts too late is canceled")
{
    virtual_loop at;
    at.root.cancel();
    std::vector<error_code> seen;
    at.start_coroutine(wait_raw(at.root, 1000h, seen));
    at.start_coroutine(wait_throwing(at.root, seen));
    at.settle();
    CHECK(seen == std::vector<error_code>(2, asio::error::operation_aborted));
}

// One that completes by itself says so, and leaves the context.
TEST_CASE("a bound operation completes normally and leaves its context")
{
    virtual_loop at;
    std::vector<error_code> seen;
    at.start_coroutine(wait_raw(at.root, 0s, seen));
    at.io.restart();
    at.io.run();
    CHECK(seen == std::vector<error_code>{error_code()});
    CHECK_FALSE(has_waiters(tidings::internal::access::state(at.root.get()), at));
}

// The coroutine's own cancellation still reaches the operation.
TEST_CASE("a bound operation still obeys its coroutine's cancellation slot")
{
    virtual_loop at;
    std::vector<error_code> seen;
    asio::cancellation_signal backstop;
    auto body = [](context ctx, std::vector<error_code>& seen) -> asio::awaitable<void> {
        co_await asio::this_coro::throw_if_cancelled(false);
        co_await wait_raw(ctx, 1000h, seen);
    };
    asio::co_spawn(at.io, body(at.root, seen),
                   asio::bind_cancellation_slot(backstop.slot(), [](std::exception_ptr) {}));
    at.settle();
    backstop.emit(asio::cancellation_type::terminal);
    at.settle();
    CHECK(seen == std::vector<error_code>{asio::error::operation_aborted});
    CHECK_FALSE(has_waiters(tidings::internal::access::state(at.root.get()), at));
}

// A bound operation that dies with its io_context has left a context that lives on.
TEST_CASE("a context outlives a destroyed bound operation")
{
    virtual_loop at;
    {
        asio::io_context second;
        std::vector<error_code> seen;
        asio::co_spawn(second, wait_raw(at.root, 1000h, seen), [](std::exception_ptr) {});
        second.poll();
    }
    CHECK_FALSE(has_waiters(tidings::internal::access::state(at.root.get()), at));
}

// Completions on other threads and the end of the context may come at once.
TEST_CASE("bound operations on a pool of threads")
{
    asio::thread_pool pool(3);
    auto root = context::root(pool.get_executor());
    std::atomic<int> completed{0};
    for (int i = 0; i < 4; ++i)
        asio::co_spawn(pool, wait_many(root, 500, completed), [](std::exception_ptr) {});
    pool.join();
    CHECK(completed == 2000);
}
