// SPDX-License-Identifier: BSL-1.0
#include "event_hub.hpp"

#include <tidings/sse/event_text.hpp>

#include "compress_events.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace hub {

namespace asio = boost::asio;

namespace {

// A bound for the memory of one topic, far above what a history of events of usual size needs; all topics
// together have one as well, `topic_registry_options::kept_bytes`.
constexpr std::size_t history_bytes = 256 * 1024 * 1024;

constexpr std::size_t most_retired = 100'000;

// Looks at everything before anything is sent.
void check(message const& posted)
{
    (void)tidings::event_text(posted.view());
    if (posted.comment)
        (void)tidings::event_text::comment(*posted.comment);
    if (posted.type.find('\0') != std::string::npos)
        throw std::invalid_argument("\"event\" holds a NUL");
}

} // namespace

event_hub::event_hub(options const& chosen, std::vector<std::shared_ptr<tidings::topic_store>> stores)
    : topics_({.unused_timeout = chosen.topic_idle})
{
    tidings::topic_options each{.max_events = chosen.history,
                                .history_bytes = history_bytes,
                                .unsent_bytes = chosen.max_queue,
                                .stale_event = chosen.stale_event};
    if (stores.size() == 1) // its ids are shorter than those of shards
        each.store = std::move(stores.front());
    else
        each.shards = std::move(stores);
    if (chosen.compress)
        compress_events(each);
    try {
        topics_.add("{name...}", std::move(each));
    } catch (std::invalid_argument const& error) {
        throw usage_error(std::string("--hub: ").append(error.what()));
    }
}

asio::awaitable<std::optional<tidings::topic>> event_hub::open(tidings::context ctx, std::string name)
{
    if (name.size() > tidings::topic::max_name_bytes)
        throw std::invalid_argument(fmt::format("the name of a topic has {} bytes, and may have {}",
                                                name.size(), tidings::topic::max_name_bytes));
    return topics_.open(std::move(ctx), std::move(name));
}

asio::awaitable<tidings::publish_result> event_hub::publish(tidings::context ctx, tidings::topic to,
                                                            message const& posted)
{
    check(posted);
    tidings::publish_result done{.id = {}, .receivers = posted.reaches_nobody() ? 0 : to.subscribers()};
    tidings::topic::producer const by{.id = posted.producer, .sequence = posted.sequence};
    if (posted.data && !by.id.empty())
        done = co_await to.publish(ctx, posted.view(), by);
    else if (posted.data)
        done = co_await to.publish(ctx, posted.view());
    else if (posted.retry)
        done.status = to.publish_retry(*posted.retry).status;
    if (posted.comment && done) {
        auto const said = to.publish_comment(*posted.comment);
        if (!posted.data)
            done.status = said.status;
    }
    co_return done;
}

std::size_t event_hub::disconnect(std::string const& name)
{
    auto topic = topics_.find(name);
    return topic ? topic->disconnect() : 0;
}

std::size_t event_hub::retire(std::string const& name)
{
    if (retired_.size() == most_retired)
        throw std::length_error("too many topics have been retired");
    retired_.insert(name);
    return disconnect(name);
}

} // namespace hub
