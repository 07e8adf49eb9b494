// SPDX-License-Identifier: BSL-1.0
// What a wait costs: ready at once, woken by another coroutine, and a tick of one millisecond, beside what
// Asio offers for the same. Ratios are to our own wait of the same kind.
#include <tidings/wait/after.hpp>
#include <tidings/wait/select.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/ticker.hpp>

#include "meter.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdlib>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace experimental = boost::asio::experimental;
using namespace std::chrono_literals;
using boost::system::error_code;
using tidings::channel;
using tidings::context;
using tidings::select;
using tidings::benchmark::cost;
using tidings::benchmark::meter;
using tidings::benchmark::report;

namespace {

using asio_channel = experimental::channel<void(error_code, int)>;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// Runs a coroutine to its end on a loop of its own.
void run(std::function<asio::awaitable<void>(context)> const& body)
{
    asio::io_context io(1);
    auto root = context::root(io.get_executor());
    asio::co_spawn(io, body(root), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    io.run();
}

constexpr int rounds = 40; // short ones: some fall into a quiet moment

// Ready: one of two sources has a value. Putting it in is part of the figure.

asio::awaitable<void> ready(context ctx, long count, meter& into)
{
    channel<int> full(1), empty(1);
    for (int round = 0; round < rounds; ++round) {
        into.begin();
        for (long i = 0; i < count; ++i) {
            (void)full.try_send(1);
            auto next = co_await select(ctx, full, empty);
            require(next.from(full));
        }
        into.end(count);
    }
}

asio::awaitable<void> ready_beside_ticker(context ctx, long count, meter& into)
{
    channel<int> full(1);
    tidings::ticker hour(1h);
    for (int round = 0; round < rounds; ++round) {
        into.begin();
        for (long i = 0; i < count; ++i) {
            (void)full.try_send(1);
            auto next = co_await select(ctx, full, hour);
            require(next.from(full));
        }
        into.end(count);
    }
}

asio::awaitable<void> ready_receive(context ctx, long count, meter& into)
{
    channel<int> full(1);
    for (int round = 0; round < rounds; ++round) {
        into.begin();
        for (long i = 0; i < count; ++i) {
            (void)full.try_send(1);
            auto const value = co_await full.receive(ctx);
            require(value.has_value());
        }
        into.end(count);
    }
}

asio::awaitable<void> ready_parallel_group(context, long count, meter& into)
{
    auto const executor = co_await asio::this_coro::executor;
    asio_channel full(executor, 1), empty(executor, 1);
    for (int round = 0; round < rounds; ++round) {
        into.begin();
        for (long i = 0; i < count; ++i) {
            full.try_send(error_code(), 1);
            auto const result = co_await experimental::make_parallel_group(
                                    full.async_receive(asio::deferred), empty.async_receive(asio::deferred))
                                    .async_wait(experimental::wait_for_one(), asio::deferred);
            require(std::get<0>(result)[0] == 0);
        }
        into.end(count);
    }
}

asio::awaitable<void> ready_operator(context, long count, meter& into)
{
    using namespace experimental::awaitable_operators;
    auto const executor = co_await asio::this_coro::executor;
    asio_channel full(executor, 1), empty(executor, 1);
    for (int round = 0; round < rounds; ++round) {
        into.begin();
        for (long i = 0; i < count; ++i) {
            full.try_send(error_code(), 1);
            auto const result = co_await (full.async_receive(asio::use_awaitable) ||
                                          empty.async_receive(asio::use_awaitable));
            require(result.index() == 0);
        }
        into.end(count);
    }
}

// Woken: many coroutines wait, and each gets a value in turn.

constexpr int sleepers = 1000;

asio::awaitable<void> receive_all(context ctx, channel<int> in)
{
    channel<int> never;
    while (auto next = co_await select(ctx, in, never))
        require(next.from(in));
}

asio::awaitable<void> woken_in_bulk(context ctx, long count, meter& into)
{
    std::vector<channel<int>> channels(sleepers);
    for (auto& each : channels) {
        each = channel<int>();
        tidings::spawn(ctx, receive_all, each);
    }
    auto const settle = [] { return asio::post(asio::deferred); };
    for (int i = 0; i < 4; ++i)
        co_await settle();
    auto limit = tidings::with_cancel(ctx);
    for (int round = 0; round < rounds; ++round) {
        into.begin();
        for (long i = 0; i < count / sleepers; ++i) {
            for (auto& each : channels)
                require(each.try_send(1));
            co_await settle();
            co_await settle();
        }
        into.end(count);
    }
    tidings::internal::access::state(ctx).end(tidings::end_reason::canceled);
}

asio::awaitable<void> answer(context ctx, channel<int> in, channel<int> out)
{
    channel<int> never;
    while (auto next = co_await select(ctx, in, never)) {
        bool const sent = co_await out.send(ctx, 1);
        if (!sent)
            break;
    }
}

// Two waits of a round suspend and are woken: the answerer's select and the asker's receive.
asio::awaitable<void> woken_in_turns(context ctx, long count, meter& into)
{
    channel<int> there, back;
    tidings::spawn(ctx, answer, there, back);
    for (int round = 0; round < rounds; ++round) {
        into.begin();
        for (long i = 0; i < count / 2; ++i) {
            bool const sent = co_await there.send(ctx, 1);
            auto const value = co_await back.receive(ctx);
            require(sent && value);
        }
        into.end(count);
    }
    tidings::internal::access::state(ctx).end(tidings::end_reason::canceled);
}

asio::awaitable<void> group_receive_all(std::shared_ptr<asio_channel> in, std::shared_ptr<asio_channel> never)
{
    while (in->is_open()) {
        auto const result = co_await experimental::make_parallel_group(in->async_receive(asio::deferred),
                                                                       never->async_receive(asio::deferred))
                                .async_wait(experimental::wait_for_one(), asio::deferred);
        if (std::get<1>(result))
            break;
    }
}

asio::awaitable<void> operator_receive_all(std::shared_ptr<asio_channel> in,
                                           std::shared_ptr<asio_channel> never)
{
    using namespace experimental::awaitable_operators;
    try {
        while (in->is_open()) {
            auto const result = co_await (in->async_receive(asio::use_awaitable) ||
                                          never->async_receive(asio::use_awaitable));
            require(result.index() == 0);
        }
    } catch (boost::system::system_error const&) {
        // the channel was closed: the end
    }
}

template <typename Receiver>
asio::awaitable<void> asio_woken_in_bulk(Receiver receiver, long count, meter& into)
{
    auto const executor = co_await asio::this_coro::executor;
    std::vector<std::shared_ptr<asio_channel>> channels;
    for (int i = 0; i < sleepers; ++i) {
        channels.push_back(std::make_shared<asio_channel>(executor));
        auto const never = std::make_shared<asio_channel>(executor);
        asio::co_spawn(executor, receiver(channels.back(), never), [never](std::exception_ptr) {});
    }
    for (int round = 0; round < rounds; ++round) {
        into.begin();
        for (long i = 0; i < count / sleepers; ++i) {
            for (auto& each : channels)
                while (!each->try_send(error_code(), 1))
                    co_await asio::post(asio::deferred);
        }
        into.end(count);
    }
    for (auto& each : channels)
        each->close();
}

// Ticks: 1,000 coroutines, each with a tick of one millisecond beside another source.

constexpr auto tick_time = 700ms;

asio::awaitable<void> tick(context ctx, long* ticks)
{
    channel<int> never;
    tidings::ticker often(1ms);
    while (auto next = co_await select(ctx, never, often))
        ++*ticks;
}

asio::awaitable<void> ticks(context ctx, meter& into, double& missed)
{
    long counted = 0;
    for (int i = 0; i < sleepers; ++i)
        tidings::spawn(ctx, tick, &counted);
    tidings::after warm_up(50ms);
    co_await warm_up.wait(ctx);
    for (int round = 0; round < 3; ++round) {
        counted = 0;
        into.begin();
        tidings::after pause(tick_time);
        co_await pause.wait(ctx);
        into.end(counted);
        missed = 1 - static_cast<double>(counted) / sleepers / (tick_time / 1ms);
    }
    tidings::internal::access::state(ctx).end(tidings::end_reason::canceled);
}

asio::awaitable<void> group_tick(std::shared_ptr<bool> stop, long* ticks)
{
    auto const executor = co_await asio::this_coro::executor;
    asio_channel never(executor);
    asio::steady_timer often(executor, tidings::clock::now());
    while (!*stop) {
        often.expires_at(std::max(often.expiry() + 1ms, tidings::clock::now()));
        co_await experimental::make_parallel_group(never.async_receive(asio::deferred),
                                                   often.async_wait(asio::deferred))
            .async_wait(experimental::wait_for_one(), asio::deferred);
        ++*ticks;
    }
}

asio::awaitable<void> operator_tick(std::shared_ptr<bool> stop, long* ticks)
{
    using namespace experimental::awaitable_operators;
    auto const executor = co_await asio::this_coro::executor;
    asio_channel never(executor);
    asio::steady_timer often(executor, tidings::clock::now());
    while (!*stop) {
        often.expires_at(std::max(often.expiry() + 1ms, tidings::clock::now()));
        co_await (never.async_receive(asio::use_awaitable) || often.async_wait(asio::use_awaitable));
        ++*ticks;
    }
}

template <typename Ticker>
asio::awaitable<void> asio_ticks(Ticker ticker, meter& into, double& missed)
{
    auto const executor = co_await asio::this_coro::executor;
    auto const stop = std::make_shared<bool>(false);
    long counted = 0;
    for (int i = 0; i < sleepers; ++i)
        asio::co_spawn(executor, ticker(stop, &counted), [](std::exception_ptr) {});
    asio::steady_timer pause(executor, 50ms);
    co_await pause.async_wait(asio::deferred);
    for (int round = 0; round < 3; ++round) {
        counted = 0;
        into.begin();
        pause.expires_after(tick_time);
        co_await pause.async_wait(asio::deferred);
        into.end(counted);
        missed = 1 - static_cast<double>(counted) / sleepers / (tick_time / 1ms);
    }
    *stop = true;
    pause.expires_after(50ms); // `counted` has to outlive the others
    co_await pause.async_wait(asio::deferred);
}

template <typename Body, typename... Arguments>
cost measure(Body body, Arguments... arguments)
{
    meter into;
    run([&](context ctx) { return body(ctx, arguments..., into); });
    return into.best();
}

void ready_figures()
{
    cost const base = measure(ready, 50'000L);
    report("ready: select of two channels", base, 60);
    report("ready: select of a channel and a ticker", measure(ready_beside_ticker, 50'000L), 60);
    report("ready: receive", measure(ready_receive, 50'000L), 60);
    report("ready: Asio parallel_group", measure(ready_parallel_group, 10'000L), 0, base);
    report("ready: Asio ||", measure(ready_operator, 5'000L), 0, base);
}

void woken_figures()
{
    cost const base = measure(woken_in_bulk, 50'000L);
    report("woken: in bulk, select of two channels", base, 100);
    report("woken: in turns, for each of the two wakes", measure(woken_in_turns, 50'000L), 100);
    auto const asio_cost = [](auto receiver) {
        meter into;
        run([&](context) { return asio_woken_in_bulk(receiver, 5'000L, into); });
        return into.best();
    };
    report("woken: Asio parallel_group", asio_cost(group_receive_all), 0, base);
    report("woken: Asio ||", asio_cost(operator_receive_all), 0, base);
}

void tick_figures()
{
    double missed = 0;
    meter ours;
    run([&](context ctx) { return ticks(ctx, ours, missed); });
    report("tick: select of a channel and a ticker", ours.best(), 150);
    std::printf("      %.1f %% of the ticks missed\n", 100 * missed);
    auto const asio_cost = [&](char const* what, auto ticker) {
        meter into;
        run([&](context) { return asio_ticks(ticker, into, missed); });
        report(what, into.best(), 0, ours.best());
        std::printf("      %.1f %% of the ticks missed\n", 100 * missed);
    };
    asio_cost("tick: Asio parallel_group", group_tick);
    asio_cost("tick: Asio ||", operator_tick);
}

} // namespace

int main()
{
    ready_figures();
    woken_figures();
    tick_figures();
}
