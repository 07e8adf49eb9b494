// SPDX-License-Identifier: BSL-1.0
// Coroutines that go on although their context has ended.
#include <tidings/wait/bind.hpp>
#include <tidings/wait/internal/give_way.hpp>
#include <tidings/wait/internal/tasks.hpp>
#include <tidings/wait/run_blocking.hpp>
#include <tidings/wait/select.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/task_group.hpp>

#include "support/virtual_loop.hpp"
#include "support/what_of.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::channel;
using tidings::context;
using tidings::test::virtual_loop;
using tidings::test::what_of;

namespace {

constexpr int too_many = 100'000;

using one_wait = std::function<asio::awaitable<void>(context)>;

asio::awaitable<void> tick(context ctx)
{
    tidings::ticker second(1s);
    co_await second.tick(ctx);
}

asio::awaitable<void> receive(context ctx)
{
    channel<std::string> never;
    co_await never.receive(ctx);
}

asio::awaitable<void> send_text(context ctx)
{
    channel<std::string> never;
    co_await never.send(ctx, "a text that is long enough to own memory");
}

asio::awaitable<void> select_two(context ctx)
{
    channel<std::string> never;
    co_await tidings::select(ctx, never, tidings::after(1s));
}

asio::awaitable<void> receive_in_time(context ctx)
{
    channel<std::string> never;
    auto const limited = tidings::with_timeout(ctx, 1s);
    co_await never.receive(limited);
}

asio::awaitable<void> call(context ctx)
{
    co_await tidings::run_blocking(ctx, [] {});
}

asio::awaitable<void> join(context ctx)
{
    tidings::task_group none(ctx);
    co_await none.wait();
}

asio::awaitable<void> use_asio(context ctx)
{
    asio::steady_timer timer(ctx.get_executor(), 1h);
    boost::system::error_code error;
    co_await timer.async_wait(tidings::bind(ctx, asio::redirect_error(asio::deferred, error)));
}

asio::awaitable<void> repeat(context ctx, one_wait once, int times, int& done)
{
    for (; done < times; ++done)
        co_await once(ctx);
}

} // namespace

// Whatever a coroutine waits for in a loop that does not look at the end of its context: it is ended by an
// exception that says why and what to do, after many waits that came back at once.
TEST_CASE("a coroutine that ignores the end of its context is ended")
{
    for (one_wait const& once :
         {one_wait(tick), one_wait(receive), one_wait(send_text), one_wait(select_two),
          one_wait(receive_in_time), one_wait(call), one_wait(join), one_wait(use_asio)}) {
        virtual_loop at;
        at.root.cancel(tidings::end_reason::client_gone);
        int done = 0;
        at.start_coroutine(repeat(at.root, once, 10 * too_many, done));
        std::exception_ptr failure;
        try {
            at.settle();
        } catch (std::logic_error const&) {
            failure = std::current_exception();
        }
        CHECK(what_of(failure) ==
              "tidings: a coroutine has waited 100,000 times through a context that had ended "
              "(client gone), and was going on, so it is ended: leave the loop when a wait "
              "comes back false or empty");
        CHECK(done >= too_many / 3);
        CHECK(done < too_many);
        CHECK(at.finished == 1);
    }
}

// Cleaning up may take many waits.
TEST_CASE("waits after the end are allowed")
{
    virtual_loop at;
    at.root.cancel();
    int done = 0;
    at.start_coroutine(repeat(at.root, tick, 10'000, done));
    at.settle();
    CHECK(done == 10'000);
    CHECK(at.finished == 1);
}

// Waits in a limit of their own, of a context that goes on, are no such loop, however many they are.
TEST_CASE("limits that have run out do not count against the context above")
{
    virtual_loop at;
    auto const try_once = [](context ctx) -> asio::awaitable<void> {
        channel<std::string> never;
        auto const no_time = tidings::with_timeout(ctx, 0s);
        co_await never.receive(no_time);
    };
    int done = 0;
    at.start_coroutine(repeat(at.root, one_wait(try_once), 3 * too_many, done));
    at.settle();
    CHECK(done == 3 * too_many);
}

// One that swallows the exception too is no worse than before: it holds up nobody.
TEST_CASE("a loop that swallows the exception gives way")
{
    virtual_loop at;
    at.root.cancel();
    int swallowed = 0;
    bool had_turn = false;
    auto const stubborn = [](context ctx, int* count, bool const* is_enough) -> asio::awaitable<void> {
        tidings::ticker second(1s);
        while (!*is_enough) {
            try {
                co_await second.tick(ctx);
            } catch (std::logic_error const&) {
                ++*count;
            }
        }
    };
    at.start_coroutine(stubborn(at.root, &swallowed, &had_turn));
    while (swallowed < 2)
        at.io.poll_one();
    asio::post(at.io, [&] { had_turn = true; });
    at.settle();
    CHECK(had_turn);
    CHECK(at.finished == 1);
}

// The exception of a task is its root's cause, as any other, when that has ended already.
TEST_CASE("a task that ignores the end is told of at its root")
{
    virtual_loop at;
    auto const stubborn = [](context ctx) -> asio::awaitable<void> {
        tidings::ticker second(1s);
        for (;;)
            co_await second.tick(ctx);
    };
    tidings::spawn(at.root, stubborn);
    at.settle();
    at.root.cancel(tidings::end_reason::server_stopping);
    at.settle();
    CHECK(what_of(at.root.cause()).find("(server stopping), and was going on") != std::string::npos);
    CHECK_FALSE(tidings::internal::has_tasks(at.root));
}
