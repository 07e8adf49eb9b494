// SPDX-License-Identifier: BSL-1.0
// What the page about several nodes shows. Compiled, not run.
#include <tidings/hub/redis/redis_store.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_registry.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

using namespace std::chrono_literals;

// [make]
tidings::topic_registry shared_topics()
{
    tidings::topic_registry all;
    all.add("{name...}", {.max_events = 1'000, .store = tidings::redis_store("redis://10.0.0.7:6379")});
    return all;
}
// [/make]

// [promise]
tidings::redis_promise promise_of(std::string_view topic)
{
    if (topic.starts_with("orders/"))
        return {.replicas = 1, .within = 500ms};
    return {};
}

std::shared_ptr<tidings::topic_store> careful_store()
{
    return tidings::redis_store("redis://10.0.0.7:6379", {.promise = promise_of});
}
// [/promise]

// [producer]
boost::asio::awaitable<std::string> publish_once(tidings::context ctx, tidings::topic orders,
                                                 std::string_view text, std::uint64_t sequence)
{
    tidings::event const order{.data = text};
    tidings::topic::producer const by{.id = "till-7", .sequence = sequence};
    auto const done = co_await orders.publish(ctx, order, by);
    co_return done.id; // also if it was published by an earlier attempt
}
// [/producer]

// [shards]
tidings::topic_registry spread_topics()
{
    tidings::topic_registry all;
    all.add("{name...}", {.max_events = 1'000,
                          .shards = {tidings::redis_store("redis://engine-1.internal"),
                                     tidings::redis_store("redis://engine-2.internal")}});
    return all;
}
// [/shards]
