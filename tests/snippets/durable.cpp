// SPDX-License-Identifier: BSL-1.0
// What the page about durable history shows. Compiled, not run.
#include <tidings/hub/sqlite/sqlite_store.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/server/server.hpp>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;

// [make]
tidings::topic_registry make_topics()
{
    tidings::topic_registry all;
    all.add("news", {.store = std::make_shared<tidings::sqlite_store>("events.db")});
    return all;
}
// [/make]

// [open]
asio::awaitable<void> follow_news(tidings::topic_registry all, tidings::context ctx,
                                  tidings::event_stream& out)
{
    if (auto const news = co_await all.open(ctx, "news"))
        news->attach(out);
}
// [/open]

void make_with_options()
{
    // [options]
    auto const store = std::make_shared<tidings::sqlite_store>(
        "events.db", tidings::sqlite_store_options{.max_queued_events = 50'000,
                                                   .queue_bytes = 64 * 1024 * 1024,
                                                   .wal_bytes = 16 * 1024 * 1024});
    // [/options]
}

// [copy]
void make_copy(tidings::sqlite_store& store, std::string const& path)
{
    try {
        store.copy_to(path); // blocks: call it by run_blocking, or from a thread of yours
    } catch (std::runtime_error const& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
}
// [/copy]
