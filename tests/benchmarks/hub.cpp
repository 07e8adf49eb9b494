// SPDX-License-Identifier: BSL-1.0
// What the hub itself costs: publishing from 1, 2 and 8 threads, each to a topic of its own in one registry,
// and delivery to a stream of 1, 16 and 1,000 topics whose connection takes everything. Prints nanoseconds of
// CPU and of wall an event.
#include <tidings/hub/topic_list.hpp>
#include <tidings/hub/topic_registry.hpp>

#include "support/virtual_loop.hpp"
#include "support/willing_client.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <ctime>
#include <exception>
#include <list>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using tidings::test::willing_client;

namespace {

using wall = std::chrono::steady_clock;

std::string const text(64, 'x');

double cpu_seconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <typename Action>
void measure(std::string const& what, std::size_t events, Action action)
{
    action(events / 10);
    double const cpu = cpu_seconds();
    auto const begin = wall::now();
    action(events);
    double const seconds = std::chrono::duration<double>(wall::now() - begin).count();
    double const each = 1e9 / static_cast<double>(events);
    fmt::print("{:<44} {:8.0f} ns CPU {:8.0f} ns wall\n", what, (cpu_seconds() - cpu) * each, seconds * each);
}

tidings::topic_registry registry()
{
    tidings::topic_registry all;
    all.add("{name}", {.max_events = 100});
    return all;
}

void publish_from(std::size_t threads)
{
    tidings::topic_registry all = registry();
    std::vector<tidings::topic> own;
    for (std::size_t i = 0; i < threads; ++i)
        own.push_back(*all.get(std::to_string(i)));
    measure(fmt::format("publish, threads: {}", threads), 400'000, [&](std::size_t events) {
        std::vector<std::jthread> running;
        for (tidings::topic& to : own)
            running.emplace_back([&to, each = events / threads] {
                for (std::size_t i = 0; i < each; ++i)
                    to.publish({.data = text});
            });
    });
}

asio::awaitable<void> attach(tidings::topic_list list, tidings::event_stream& out)
{
    list.attach(out);
    co_return;
}

// `burst` events in a turn, to topics in turn.
void deliver_to(std::size_t topics, std::size_t streams, std::size_t burst)
{
    tidings::test::virtual_loop at;
    tidings::topic_registry all = registry();
    std::vector<tidings::topic> own;
    tidings::topic_list list;
    for (std::size_t i = 0; i < topics; ++i)
        list.add(own.emplace_back(*all.get(std::to_string(i))));
    std::list<willing_client> clients;
    for (std::size_t i = 0; i < streams; ++i)
        at.start_coroutine(attach(list, clients.emplace_back(at.root).out));
    at.settle();
    std::string const what =
        fmt::format("deliver, streams: {}, topics: {}, burst: {}", streams, topics, burst);
    if (own[0].subscribers() != streams)
        return fmt::print("{:<44} refused\n", what);
    std::size_t next = 0;
    measure(what, 20'000, [&](std::size_t events) {
        for (std::size_t i = 0; i < events; ++i) {
            own[next++ % topics].publish({.data = text});
            if (next % burst == 0)
                at.settle();
        }
        at.settle();
    });
}

void try_deliver_to(std::size_t topics, std::size_t streams, std::size_t burst)
{
    try {
        deliver_to(topics, streams, burst);
    } catch (std::exception const& refused) {
        fmt::print("deliver, topics: {}: {}\n", topics, refused.what());
    }
}

} // namespace

int main()
{
    for (std::size_t const threads : {1U, 2U, 8U})
        publish_from(threads);
    for (std::size_t const topics : {1U, 16U, 1'000U})
        for (std::size_t const burst : {1U, 16U})
            try_deliver_to(topics, 100, burst);
}
