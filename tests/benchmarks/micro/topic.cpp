// SPDX-License-Identifier: BSL-1.0
// Publishing to followers on one loop, whose connections take everything at once: what the hub itself costs.
#include <tidings/hub/topic.hpp>

#include "support/virtual_loop.hpp"
#include "support/willing_client.hpp"

#include <catch2/benchmark/catch_benchmark.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <list>
#include <string>

namespace asio = boost::asio;
using tidings::topic;
using client = tidings::test::willing_client;

namespace {

asio::awaitable<void> attach(topic news, tidings::event_stream& out)
{
    news.attach(out);
    co_return;
}

std::string const text(64, 'x');

} // namespace

TEST_CASE("publish to followers")
{
    for (int const followers : {0, 1, 1000}) {
        tidings::test::virtual_loop at;
        topic news({.max_events = 100});
        std::list<client> clients;
        for (int i = 0; i < followers; ++i)
            at.start_coroutine(attach(news, clients.emplace_back(at.root).out));
        at.settle();
        REQUIRE(news.subscribers() == static_cast<std::size_t>(followers));
        std::size_t published = 0;
        BENCHMARK("publish and deliver 64 B; followers: " + std::to_string(followers))
        {
            news.publish({.data = text});
            at.settle();
            return ++published;
        };
        for (client const& each : clients)
            REQUIRE(each.connection.total > published * text.size());
    }
}

TEST_CASE("publish into the history")
{
    BENCHMARK_ADVANCED("publish 64 B into a history with room")(Catch::Benchmark::Chronometer meter)
    {
        auto const runs = static_cast<std::size_t>(meter.runs());
        topic news({.max_events = runs, .history_bytes = runs * 1024});
        meter.measure([&] { return news.publish({.data = text}); });
    };
    topic news({.max_events = 1000});
    for (int i = 0; i < 1000; ++i)
        news.publish({.data = text});
    BENCHMARK("publish 64 B into a full history of 1,000 events")
    {
        return news.publish({.data = text});
    };
}

TEST_CASE("resume")
{
    tidings::test::virtual_loop at;
    topic news;
    news.publish({.data = text});
    std::string const last_seen = news.position();
    for (int i = 0; i < 100; ++i)
        news.publish({.data = text});
    // The start of a coroutine and a turn of the loop are in it, as in a server.
    BENCHMARK_ADVANCED("attach a client that missed 100 events")(Catch::Benchmark::Chronometer meter)
    {
        std::list<client> clients;
        for (int i = 0; i < meter.runs(); ++i)
            clients.emplace_back(at.root, tidings::request::get("/").with_header("Last-Event-ID", last_seen));
        auto next = clients.begin();
        meter.measure([&] {
            client& back = *next++;
            at.start_coroutine(attach(news, back.out));
            at.settle();
            return back.connection.total;
        });
        REQUIRE(clients.back().connection.total > 100 * text.size());
    };
}
