// SPDX-License-Identifier: BSL-1.0
// What a publish allocates does not grow with those who follow: a delivery allocates nothing, to a stream
// that is attached and to one whose handler follows. Nor does an event that a handler sends at each tick.
#include <tidings/hub/topic.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/ticker.hpp>

#include "allocation_count.hpp"
#include "support/virtual_loop.hpp"
#include "support/willing_client.hpp"

#include <cstdio>
#include <list>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::event_stream;
using tidings::topic;
using client = tidings::test::willing_client;

namespace {

constexpr int publishes = 1000;

asio::awaitable<void> attach(topic news, event_stream& out)
{
    news.attach(out);
    co_return;
}

asio::awaitable<void> follow(topic news, context ctx, event_stream& out)
{
    co_await news.follow(ctx, out);
}

asio::awaitable<void> send_ticks(context ctx, event_stream& out)
{
    tidings::ticker often(1ms);
    while (co_await often.tick(ctx))
        co_await out.send({.data = "a tick"});
}

struct cost
{
    std::size_t allocations;
    long writes;
};

/// Runs `turn` often enough for all memory to be there, and then counts.
template <typename Turn>
cost count(std::list<client> const& clients, Turn turn)
{
    auto const writes = [&] {
        long all = 0;
        for (client const& each : clients)
            all += each.connection.calls;
        return all;
    };
    for (int i = 0; i < 2 * publishes; ++i)
        turn();
    long const writes_before = writes();
    std::size_t const before = tidings::test::allocations();
    for (int i = 0; i < publishes; ++i)
        turn();
    std::size_t const allocated = tidings::test::allocations() - before;
    return {allocated, writes() - writes_before};
}

cost publish_to(int followers, bool has_handlers)
{
    tidings::test::virtual_loop at;
    topic news({.max_events = 100});
    std::list<client> clients;
    for (int i = 0; i < followers; ++i) {
        event_stream& out = clients.emplace_back(at.root).out;
        at.start_coroutine(has_handlers ? follow(news, at.root, out) : attach(news, out));
    }
    at.settle();
    return count(clients, [&] {
        news.publish({.data = "what has come to pass"});
        at.settle();
    });
}

bool delivers_without_allocations(char const* what, bool has_handlers)
{
    constexpr int many = 200;
    cost const one = publish_to(1, has_handlers);
    cost const all = publish_to(many, has_handlers);
    std::printf("%-9s %7ld deliveries %5zu allocations; %7ld deliveries %5zu allocations\n", what, one.writes,
                one.allocations, all.writes, all.allocations);
    return one.writes == publishes && all.writes == many * publishes && all.allocations == one.allocations;
}

bool ticks_without_allocations()
{
    tidings::test::virtual_loop at;
    std::list<client> clients;
    for (int i = 0; i < 10; ++i)
        at.start_coroutine(send_ticks(at.root, clients.emplace_back(at.root).out));
    at.settle();
    cost const ticks = count(clients, [&] { at.advance(1ms); });
    std::printf("%-9s %7ld deliveries %5zu allocations\n", "ticks", ticks.writes, ticks.allocations);
    return ticks.writes == 10 * publishes && ticks.allocations == 0;
}

} // namespace

int main()
{
    bool good = delivers_without_allocations("attached", false);
    good &= delivers_without_allocations("followed", true);
    good &= ticks_without_allocations();
    return good ? 0 : 1;
}
