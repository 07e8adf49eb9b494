// SPDX-License-Identifier: BSL-1.0
// Waits on a loop allocate nothing once they are under way: whether the source is ready, wakes the wait from
// another coroutine, or is a tick.
#include <tidings/wait/select.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/ticker.hpp>

#include "allocation_count.hpp"
#include "support/virtual_loop.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

#include <cstdio>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::channel;
using tidings::context;
using tidings::select;

namespace {

asio::awaitable<void> select_ready(context ctx, channel<int> full, long& selects)
{
    channel<int> never;
    tidings::ticker minute(60s);
    while (auto next = co_await select(ctx, never, full, minute)) {
        if (next.from(minute))
            break;
        ++selects;
        (void)full.try_send(1);
    }
}

asio::awaitable<void> answer(context ctx, channel<int> in, channel<int> out)
{
    channel<int> never;
    while (auto next = co_await select(ctx, never, in)) {
        bool const sent = co_await out.send(ctx, 1);
        if (!sent)
            break;
    }
}

asio::awaitable<void> ask(context ctx, channel<int> out, channel<int> in, long& selects)
{
    for (int value = 0; value >= 0; ++value) {
        int moved = value;
        auto next = co_await select(ctx, tidings::sending(out, moved), tidings::done(ctx));
        if (!next)
            co_return;
        if (auto const got = co_await in.receive(ctx))
            selects += 2;
    }
}

asio::awaitable<void> tick(context ctx, long& selects)
{
    channel<int> never;
    tidings::ticker often(1ms);
    while (auto next = co_await select(ctx, never, often))
        ++selects;
}

struct device
{
    asio::io_context* io;
};

auto turn_of(device& of)
{
    return asio::async_initiate<asio::deferred_t const, void(boost::system::error_code)>(
        [](auto handler, asio::io_context* io) {
            asio::post(*io,
                       [handler = std::move(handler)]() mutable { handler(boost::system::error_code()); });
        },
        asio::deferred, of.io);
}

asio::awaitable<void> look_at_operation(context ctx, asio::io_context& io, long& looks)
{
    channel<int> never;
    tidings::operation turns(ctx, turn_of, device{&io});
    while (auto next = co_await select(ctx, turns, never)) {
        ++looks;
        for (int i = 0; i < 4; ++i)
            looks += !tidings::try_select(ctx, turns, never); // too early
    }
}

/// Lets the coroutines run for a while, then counts.
bool allocates_nothing(char const* what, tidings::test::virtual_loop& at, long const& selects)
{
    auto const run = [&] {
        for (int i = 0; i < 500; ++i) {
            if (at.home().next_due())
                at.home().advance_virtual_time(*at.home().next_due());
            at.io.restart();
            at.io.poll_one();
        }
    };
    run();
    long const selects_before = selects;
    std::size_t const before = tidings::test::allocations();
    run();
    std::size_t const counted = tidings::test::allocations() - before;
    std::printf("%-8s %8ld selects %zu allocations\n", what, selects - selects_before, counted);
    return counted == 0 && selects - selects_before >= 1000;
}

} // namespace

int main()
{
    bool good = true;
    {
        tidings::test::virtual_loop at;
        channel<int> full(1);
        (void)full.try_send(1);
        long selects = 0;
        at.start_coroutine(select_ready(at.root, full, selects));
        good &= allocates_nothing("ready", at, selects);
    }
    {
        tidings::test::virtual_loop at;
        channel<int> there, back;
        long selects = 0;
        at.start_coroutine(answer(at.root, there, back));
        at.start_coroutine(ask(at.root, there, back, selects));
        good &= allocates_nothing("woken", at, selects);
    }
    {
        tidings::test::virtual_loop at;
        long selects = 0;
        for (int i = 0; i < 10; ++i)
            at.start_coroutine(tick(at.root, selects));
        good &= allocates_nothing("ticks", at, selects);
    }
    {
        tidings::test::virtual_loop at;
        long looks = 0;
        at.start_coroutine(look_at_operation(at.root, at.io, looks));
        good &= allocates_nothing("looks", at, looks);
    }
    return good ? 0 : 1;
}
