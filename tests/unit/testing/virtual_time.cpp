// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/virtual_time.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/run_blocking.hpp>
#include <tidings/wait/ticker.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::testing::virtual_time;

namespace {

asio::awaitable<void> note_ticks(context ctx, tidings::duration period, std::vector<tidings::duration>& at)
{
    auto const begin = ctx.now();
    tidings::ticker ticks(period);
    while (co_await ticks.tick(ctx))
        at.push_back(ctx.now() - begin);
}

asio::awaitable<void> call_blocking(context ctx, std::thread::id& ran_on, tidings::duration& took)
{
    auto const begin = ctx.now();
    auto const id = co_await tidings::run_blocking(ctx, std::this_thread::get_id);
    ran_on = id.value();
    tidings::after pause(1s);
    co_await pause.wait(ctx);
    took = ctx.now() - begin;
}

asio::awaitable<void> fail_after(context ctx, tidings::duration pause)
{
    co_await tidings::after(pause).wait(ctx);
    throw std::runtime_error("failed in virtual time");
}

asio::awaitable<void> wait_and_set(context ctx, tidings::duration pause, bool* done)
{
    tidings::after then(pause);
    co_await then.wait(ctx);
    *done = true;
}

void rethrow(std::exception_ptr const& failure)
{
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace

// An hour of ticks happens at once, each at its own instant.
TEST_CASE("time passes from one due instant to the next")
{
    virtual_time time;
    std::vector<tidings::duration> at;
    auto root = context::root(time.loop().get_executor());
    asio::co_spawn(time.loop(), note_ticks(root, 7s, at), asio::detached);
    time.advance(1h);
    REQUIRE(at.size() == 3600 / 7);
    CHECK(at[0] == 7s);
    CHECK(at.back() == 3598s);
    time.advance(1999ms);
    CHECK(at.size() == 514);
    time.advance(1ms);
    REQUIRE(at.size() == 514);
    time.advance(3s);
    CHECK(at.size() == 515);
    root.cancel();
    time.run_until_idle();
}

// Nothing passes while nobody says so.
TEST_CASE("running until idle lets no time pass")
{
    virtual_time time;
    std::vector<tidings::duration> at;
    auto root = context::root(time.loop().get_executor());
    asio::co_spawn(time.loop(), note_ticks(root, 1ms, at), asio::detached);
    auto const before = time.now();
    time.run_until_idle();
    CHECK(at.empty());
    CHECK(time.now() == before);
    root.cancel();
    time.run_until_idle();
}

// A call on another thread is waited for in real time, and takes no virtual time.
TEST_CASE("virtual time does not run ahead of blocking calls")
{
    virtual_time time;
    std::thread::id ran_on;
    tidings::duration took{};
    auto const root = context::root(time.loop().get_executor());
    asio::co_spawn(time.loop(), call_blocking(root, ran_on, took), asio::detached);
    time.advance(1s);
    CHECK(ran_on != std::thread::id());
    CHECK(ran_on != std::this_thread::get_id());
    CHECK(took == 1s);
}

// What fails on the loop fails the test that advances it, and the loop can be used on.
TEST_CASE("an exception on the loop leaves advance")
{
    virtual_time time;
    auto const root = context::root(time.loop().get_executor());
    asio::co_spawn(time.loop(), fail_after(root, 1s), rethrow);
    CHECK_THROWS_AS(time.advance(2s), std::runtime_error);
    CHECK_NOTHROW(time.advance(1s));
}

// A third party's timer is none of the wheel's: it needs real time, in which the virtual one stands still.
TEST_CASE("real time passes for what waits outside of the wheel")
{
    virtual_time time;
    auto const begin = time.now();
    int steps = 0;
    asio::steady_timer timer(time.loop());
    std::function<void()> step = [&] {
        timer.expires_after(1ms);
        timer.async_wait([&](boost::system::error_code error) {
            if (!error && ++steps < 3)
                step();
        });
    };
    step();
    time.advance(1h);
    CHECK(time.now() - begin == 1h);
    CHECK(time.run_real(10s, [&] { return steps == 3; }));
    CHECK(time.now() - begin == 1h);
}

TEST_CASE("real time that is not enough")
{
    virtual_time time;
    auto const begin = tidings::clock::now();
    CHECK_FALSE(time.run_real(20ms, [] { return false; }));
    CHECK_FALSE(time.run_real(20ms));
    CHECK(tidings::clock::now() - begin >= 40ms);
    CHECK(time.run_real(-1s, [] { return true; }));
    CHECK_FALSE(time.run_real(-1s));
}

// What another thread brings counts too, and what it sets off in virtual time runs as far as it is due.
TEST_CASE("real time in which a thread comes back")
{
    virtual_time time;
    auto const root = context::root(time.loop().get_executor());
    bool has_waited = false;
    bool is_late = false;
    std::jthread const other([&] {
        asio::post(time.loop(), [&] {
            asio::co_spawn(time.loop(), wait_and_set(root, tidings::duration::zero(), &has_waited),
                           asio::detached);
            asio::co_spawn(time.loop(), wait_and_set(root, 1ms, &is_late), asio::detached);
        });
    });
    CHECK(time.run_real(10s, [&] { return has_waited; }));
    CHECK_FALSE(is_late);
    time.advance(1ms);
    CHECK(is_late);
}
