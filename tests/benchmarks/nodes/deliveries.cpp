// SPDX-License-Identifier: BSL-1.0
#include "measures.hpp"
#include "node.hpp"

#include <fmt/format.h>

#include <algorithm>
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

constexpr std::size_t text_size = 200;

std::string text_now()
{
    std::string text = fmt::format("{} ", nanoseconds_now());
    text.resize(text_size, 'x');
    return text;
}

float percentile(std::vector<float>& of, double part)
{
    std::ranges::sort(of);
    return of[static_cast<std::size_t>(static_cast<double>(of.size() - 1) * part)];
}

void print_delays(std::string_view what, arrivals& got)
{
    fmt::print("| {} | {} | {:.3f} | {:.3f} |\n", what, got.count.load(), percentile(got.delays, 0.5),
               percentile(got.delays, 0.99));
}

// A thousand events a second.
void publish_steadily(topic const& to, std::size_t count)
{
    auto next = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < count; ++i) {
        std::this_thread::sleep_until(next += 1ms);
        if (!to.try_publish({.data = text_now()}))
            std::abort();
    }
}

// As many as are taken; those that are not are tried again.
void publish_quickly(topic const& to, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
        while (!to.try_publish({.data = text_now()}))
            std::this_thread::sleep_for(200us);
}

double seconds_of_engine(test::engine_process const& engine)
{
    std::string const info = engine.ask({"INFO", "cpu"});
    auto const value = [&](std::string_view name) {
        auto const at = info.find(name);
        return at == info.npos ? 0 : std::strtod(info.c_str() + at + name.size(), nullptr);
    };
    return value("used_cpu_sys:") + value("used_cpu_user:");
}

// Both followers are at the node `there`.
void rush(std::string_view what, test::engine_process const& engine, node& there, topic const& to,
          topic const& followed, std::size_t followers)
{
    constexpr std::size_t events = 50'000;
    arrivals got;
    got.delays.reserve(events * followers);
    there.follow(followed, followers, got);
    double const engine_before = seconds_of_engine(engine);
    auto const begin = std::chrono::steady_clock::now();
    publish_quickly(to, events);
    got.wait(events * followers);
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
    double const spent = seconds_of_engine(engine) - engine_before;
    fmt::print("| {} | {} | {:.0f} | {:.0f} | {:.1f} |\n", what, followers, events / took.count(),
               static_cast<double>(events * followers) / took.count(), 1e6 * spent / events);
    followed.disconnect();
}

} // namespace

void measure_many_nodes(test::engine_process const& engine)
{
    constexpr std::size_t events = 20'000;
    fmt::print("\n| nodes that follow a topic | CPU of the engine an event, µs |\n|---:|---:|\n");
    std::vector<std::unique_ptr<node>> nodes;
    for (std::size_t const count : {1U, 8U, 32U}) {
        std::vector<topic> followed; // keeps it open at each of them
        while (nodes.size() < count)
            nodes.push_back(std::make_unique<node>(engine.url()));
        for (auto const& each : nodes)
            followed.push_back(each->at(fmt::format("at {}", count)));
        std::vector<arrivals> got(count);
        for (std::size_t i = 0; i < count; ++i)
            nodes[i]->follow(followed[i], 1, got[i]);
        double const before = seconds_of_engine(engine);
        publish_quickly(followed.front(), events);
        for (auto const& each : got)
            each.wait(events);
        fmt::print("| {} | {:.1f} |\n", count, 1e6 * (seconds_of_engine(engine) - before) / events);
    }
}

void measure_deliveries(test::engine_process const& engine)
{
    constexpr std::size_t events = 5'000;
    fmt::print(
        "\n| a thousand events a second of {} B | events | p50, ms | p99, ms |\n|---|---:|---:|---:|\n",
        text_size);
    {
        arrivals in_memory, at_home, abroad;
        node here(engine.url()), there(engine.url());
        here.follow(here.at("memory/a"), 1, in_memory);
        here.follow(here.at("a"), 1, at_home);
        there.follow(there.at("a"), 1, abroad);
        publish_steadily(here.at("memory/a"), events);
        in_memory.wait(events);
        publish_steadily(here.at("a"), events);
        at_home.wait(events);
        abroad.wait(events);
        print_delays("a topic in memory", in_memory);
        print_delays("with the engine, at the node that publishes", at_home);
        print_delays("with the engine, at the other node", abroad);
    }
    fmt::print("\n| as many events as get through | followers | events a second | deliveries a second | CPU "
               "of the engine an event, µs |\n|---|---:|---:|---:|---:|\n");
    for (std::size_t const followers : {1U, 100U}) {
        node here(engine.url()), there(engine.url());
        rush("a topic in memory", engine, here, here.at("memory/b"), here.at("memory/b"), followers);
        rush("with the engine, at the node that publishes", engine, here, here.at("b"), here.at("b"),
             followers);
        rush("with the engine, at the other node", engine, there, here.at("c"), there.at("c"), followers);
    }
}

} // namespace tidings::benchmark
