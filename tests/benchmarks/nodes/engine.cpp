// SPDX-License-Identifier: BSL-1.0
#include "measures.hpp"
#include "node.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace tidings::benchmark {

namespace {

double number_in(std::string const& info, std::string_view name)
{
    auto const at = info.find(name);
    return at == info.npos ? 0 : std::strtod(info.c_str() + at + name.size(), nullptr);
}

/// In the place of a registry, which nothing is to be told.
struct nobody final : store_events
{
    void on_life(life) noexcept override {}
    void on_rollback(rollback) noexcept override {}
    void on_away(bool) noexcept override {}
    void on_event(std::string_view, stored_event) noexcept override {}
};

} // namespace

void measure_return(test::engine_process& engine)
{
    constexpr std::size_t count = 10'000;
    node here(engine.url()), there(engine.url());
    std::vector<topic> followed;
    for (std::size_t i = 0; i < count; ++i) {
        followed.push_back(here.at(fmt::format("followed/{}", i)));
        if (!followed.back().try_publish({.data = "0 first"}))
            std::abort();
    }
    while (followed.back().stats().published == 0) // the store keeps them in order
        std::this_thread::sleep_for(1ms);
    arrivals got;
    here.follow(followed.back(), 1, got);
    auto const elsewhere = there.at(followed.back().name());

    engine.kill();
    engine.start();
    auto const begin = std::chrono::steady_clock::now();
    if (!elsewhere.try_publish({.data = fmt::format("{} then", nanoseconds_now())}))
        std::abort();
    got.wait(1);
    std::chrono::duration<double, std::milli> const took = std::chrono::steady_clock::now() - begin;
    std::string const commands = engine.ask({"INFO", "commandstats"});
    auto const calls = [&](std::string_view of) {
        return number_in(commands, fmt::format("cmdstat_{}:calls=", of));
    };
    fmt::print(
        "\n{} topics, followed again after a restart: {:.0f} ms until an event has come from the other "
        "node; SUBSCRIBE {:.0f} times, HMGET {:.0f} times (those of scripts too), scripts {:.0f} times\n",
        count, took.count(), calls("subscribe"), calls("hmget"), calls("evalsha") + calls("eval"));
}

void measure_memory(test::engine_process const& engine)
{
    constexpr std::size_t count = 100'000;
    auto const store = redis_store(engine.url(), {.max_queued_events = count + 1,
                                                  .queue_bytes = 1'000 * count,
                                                  .log = [](log_level, std::string_view) {}});
    auto const hub = std::make_shared<nobody>();
    store->start(hub);
    double const before = number_in(engine.ask({"INFO", "memory"}), "used_memory:");
    std::string const text = "data: " + std::string(192, 'x') + "\n\n";
    std::atomic<std::size_t> kept = 0;
    auto const begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < count; ++i) {
        std::string const name = fmt::format("one/{:06}", i);
        std::atomic<bool> is_open = false;
        store->open(name, {.max_events = 1}, [&](topic_store::opened const& got) {
            if (got.error)
                std::abort();
            is_open = true;
            is_open.notify_one();
        });
        is_open.wait(false);
        if (!store->append(name, {.text = text, .published = std::chrono::system_clock::now()},
                           [&](topic_store::kept const&) { ++kept; }))
            std::abort();
        store->close(name);
    }
    while (kept < count)
        std::this_thread::sleep_for(1ms);
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
    double const spent = number_in(engine.ask({"INFO", "memory"}), "used_memory:") - before;
    fmt::print(
        "\n{} topics of one event of {} B: {:.1f} MB of the engine, {:.0f} B a topic, made in {:.0f} s\n",
        count, text.size(), spent / 1e6, spent / count, took.count());
}

} // namespace tidings::benchmark
