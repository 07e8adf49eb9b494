// SPDX-License-Identifier: BSL-1.0
// What the page about compression shows. Compiled, not run.
// [opt-in]
#include <tidings/hub/topic_registry.hpp>
#include <tidings/server/server.hpp>
#include <tidings/stream/compression/compression.hpp>

namespace asio = boost::asio;

asio::awaitable<void> prices(tidings::context ctx, tidings::event_stream& out);

void opt_in(tidings::topic_registry& topics, tidings::server& server)
{
    auto const compressed = tidings::compression();
    topics.add("prices/{symbol}", {.compression = compressed});
    server.get("/prices/{symbol}", prices, {.compression = compressed});
}
// [/opt-in]
