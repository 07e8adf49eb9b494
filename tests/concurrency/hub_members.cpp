// SPDX-License-Identifier: BSL-1.0
// Each member of a topic, a registry and a store that may be called from any thread, by several threads at
// once, while a loop follows, opens and awaits. For the thread sanitizer; beside that each event that was
// published must come to a reader once, those of one thread in order. Usage: hub_members [rounds]
#include <tidings/hub/subscription.hpp>
#include <tidings/hub/topic_registry.hpp>
#ifdef TIDINGS_TESTS_SQLITE
#include <tidings/hub/sqlite/sqlite_store.hpp>
#endif

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <fmt/format.h>
#include <system_error>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using tidings::overflow;

namespace {

constexpr int threads = 4;

struct hub
{
    tidings::topic_registry const all;
    std::uint64_t const rounds;
    std::atomic<std::uint64_t> refused{0};
    std::uint64_t received = 0;
    std::uint64_t disordered = 0;

    explicit hub(std::uint64_t count) : rounds(count)
    {
        all.add("news", {.max_events = threads * count});
        all.add("prices", {.overflow = overflow::keep_latest});
        all.add("orders", {.max_events = 10, .overflow = overflow::wait});
        all.add("made/{name...}");
    }
};

/// What may be called from any thread, `mine` being its number.
void call_all(hub& of, int mine)
{
    tidings::topic const news = *of.all.get("news");
    tidings::topic const prices = *of.all.get("prices");
    tidings::topic const orders = *of.all.get("orders");
    std::uint64_t seen = 0;
    for (std::uint64_t round = 0; round < of.rounds; ++round) {
        std::string const data = fmt::format("{} {}", mine, round);
        news.publish({.data = data});
        prices.publish(std::to_string(round % 7), {.data = data});
        of.refused += orders.try_publish({.data = data}) ? 0 : 1;
        of.refused += prices.try_publish("key", {.data = data}) ? 0 : 1;
        news.publish_comment("a comment");
        prices.publish_retry(std::chrono::seconds(1));
        seen +=
            news.name().size() + prices.position().size() + orders.subscribers() + prices.stats().published;
        if (round % 16 != 0)
            continue;
        std::string const name = fmt::format("made/{}", round % 64);
        tidings::topic const made = *of.all.open_blocking(name);
        seen += made.is_closed() ? 0 : of.all.all().size() + of.all.size() + of.all.stats().topics;
        seen += of.all.find(name) ? of.all.expire() : prices.disconnect();
        of.all.add(fmt::format("added/{}/{}", mine, round));
        if (round + 16 >= of.rounds)
            made.close();
    }
    if (seen == 0)
        std::abort();
}

asio::awaitable<void> read_news(tidings::context ctx, hub& of, tidings::topic news)
{
    std::array<std::uint64_t, threads> next{};
    tidings::subscription reading(ctx, news);
    while (auto const event = co_await reading.receive(ctx)) {
        if (event->id().empty()) // a comment
            continue;
        unsigned long long who = 0;
        unsigned long long round = 0;
        if (std::sscanf(event->data().c_str(), "%llu %llu", &who, &round) != 2 || who >= threads)
            std::abort();
        of.disordered += next.at(who)++ != round;
        ++of.received;
    }
}

asio::awaitable<void> read_orders(tidings::context ctx, tidings::topic orders)
{
    tidings::subscription reading(ctx, orders);
    while (auto const event = co_await reading.receive(ctx)) {
    }
}

/// What a loop awaits meanwhile.
asio::awaitable<void> await_all(tidings::context ctx, hub& of)
{
    for (std::uint64_t round = 0; round < of.rounds / 16; ++round) {
        auto const orders = co_await of.all.open(ctx, "orders");
        auto const done = co_await orders->publish(ctx, {.data = "of the loop"});
        of.refused += done ? 0 : 1;
    }
}

#ifdef TIDINGS_TESTS_SQLITE
/// The same of a store, whose topics are opened, published to and let go of by several threads.
std::uint64_t call_store(std::uint64_t rounds)
{
    auto const folder =
        std::filesystem::temp_directory_path() /
        fmt::format("hub_members-{}", std::chrono::steady_clock::now().time_since_epoch().count());
    std::filesystem::create_directory(folder);
    std::atomic<std::uint64_t> kept{0};
    std::promise<void> gone; // the last handle may be with a thread of the store
    {
        std::shared_ptr<tidings::sqlite_store> const store(
            new tidings::sqlite_store((folder / "events.db").string()), [&gone](tidings::sqlite_store* last) {
                delete last;
                gone.set_value();
            });
        tidings::topic_registry const all;
        all.add("{name}", {.max_events = 5, .overflow = overflow::keep_latest, .store = store});
        std::vector<std::jthread> calling;
        calling.reserve(threads);
        for (int mine = 0; mine < threads; ++mine)
            calling.emplace_back([&, mine] {
                for (std::uint64_t round = 0; round < rounds; ++round) {
                    auto const topic = all.open_blocking(std::to_string(round % 3)).value();
                    kept += topic.try_publish(std::to_string(round % 8), {.data = "x"}) ? 1 : 0;
                    if (round % 64 == 0)
                        store->copy_to((folder / fmt::format("copy-{}-{}", mine, round)).string());
                    if (store->name().empty())
                        std::abort();
                }
            });
    }
    gone.get_future().wait();
    std::error_code still_closing;
    std::filesystem::remove_all(folder, still_closing);
    return kept;
}
#endif

} // namespace

int main(int argc, char** argv)
{
    hub of(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000);
    asio::io_context io(1);
    auto const ctx = tidings::context::root(io.get_executor());
    tidings::topic const news = *of.all.get("news");
    tidings::topic const orders = *of.all.get("orders");
    asio::co_spawn(io, read_news(ctx, of, news), asio::detached);
    asio::co_spawn(io, read_orders(ctx, orders), asio::detached);
    auto awaited = asio::co_spawn(io, await_all(ctx, of), asio::use_future);
    io.poll(); // they follow
    {
        std::jthread const loop([&] { io.run(); });
        std::vector<std::jthread> calling;
        calling.reserve(threads);
        for (int mine = 0; mine < threads; ++mine)
            calling.emplace_back([&of, mine] { call_all(of, mine); });
        calling.clear();
        news.close();
        awaited.get();
        orders.close();
    }
    std::uint64_t const expected = of.rounds * threads;
    fmt::print("hub_members: {} events of {} threads, {} received, {} out of order; {} refused\n", expected,
               threads, of.received, of.disordered, of.refused.load());
#ifdef TIDINGS_TESTS_SQLITE
    fmt::print("hub_members: {} events taken by a store\n", call_store(of.rounds / 4));
#endif
    return of.received == expected && of.disordered == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
