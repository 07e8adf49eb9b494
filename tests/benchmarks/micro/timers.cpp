// SPDX-License-Identifier: BSL-1.0
// The timer wheel alone, and a ticker on a loop whose time is virtual.
#include <tidings/loop/detail/timer_wheel.hpp>
#include <tidings/wait/ticker.hpp>

#include "support/virtual_loop.hpp"

#include <catch2/benchmark/catch_benchmark.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using tidings::detail::timer_wheel;
using tidings::detail::wheel_entry;

namespace {

/// Numbers without an order, so that neighbours in the wheel are none in memory, as with real timers.
std::size_t scatter(std::size_t number)
{
    return number * 2'654'435'761u;
}

std::uint64_t due_within_an_hour(std::size_t number)
{
    return 1 + scatter(number) % 3'600'000;
}

boost::asio::awaitable<void> count_ticks(tidings::context ctx, long* ticks)
{
    tidings::ticker often(1ms);
    while (co_await often.tick(ctx))
        ++*ticks;
}

} // namespace

TEST_CASE("add to and remove from a timer wheel")
{
    for (std::size_t const others : {0, 10'000, 1'000'000}) {
        std::vector<wheel_entry> entries(others + 1); // outlives the wheel
        timer_wheel wheel;
        for (std::size_t i = 0; i < entries.size(); ++i)
            wheel.add(entries[i], due_within_an_hour(i));
        // Each time another one: always the same would stay in the processor's cache, whatever the number.
        std::size_t turn = 0;
        BENCHMARK("remove and add an entry; others present: " + std::to_string(others))
        {
            std::size_t const chosen = scatter(++turn) % entries.size();
            wheel.remove(entries[chosen]);
            wheel.add(entries[chosen], due_within_an_hour(chosen + turn));
            return wheel.size();
        };
    }
}

TEST_CASE("expire a tick of a timer wheel")
{
    constexpr std::size_t each_tick = 100;
    BENCHMARK_ADVANCED("expire a tick with 100 entries")(Catch::Benchmark::Chronometer meter)
    {
        auto const runs = static_cast<std::size_t>(meter.runs());
        std::vector<wheel_entry> entries(runs * each_tick);
        std::vector<timer_wheel> wheels(runs);
        for (std::size_t i = 0; i < entries.size(); ++i)
            wheels[i / each_tick].add(entries[i], 1);
        meter.measure([&](int run) {
            std::size_t expired = 0;
            while (wheels[static_cast<std::size_t>(run)].expire(1))
                ++expired;
            return expired;
        });
        REQUIRE(wheels.back().is_empty());
    };
}

TEST_CASE("tick in virtual time")
{
    for (int const tickers : {1, 1000}) {
        long ticks = 0;
        tidings::test::virtual_loop at;
        for (int i = 0; i < tickers; ++i)
            at.start_coroutine(count_ticks(at.root, &ticks));
        BENCHMARK("a tick falls due; tickers: " + std::to_string(tickers))
        {
            at.advance(1ms);
            return ticks;
        };
        REQUIRE(ticks == tickers * (at.elapsed() / 1ms));
    }
}
