// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/testing/stream.hpp>
#include <tidings/testing/virtual_time.hpp>

#include "support.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace tidings::test {

/// Follows one topic, and tells the client why that ended.
inline boost::asio::awaitable<void> follow_news(topic& news, context ctx, request const&, event_stream& out)
{
    auto const end = co_await news.follow(ctx, out);
    if (end == follow_end::context_ended)
        co_await out.send({.data = "farewell"});
    if (end == follow_end::closed)
        co_await out.send({.data = "closed"});
}

class topic_fixture
{
public:
    testing::virtual_time time;
    topic news = in_virtual_time(
        time, topic({.max_events = 3, .history_bytes = 100'000, .history_age = std::chrono::hours(1)}));

    handler following() { return std::bind_front(follow_news, std::ref(news)); }

    std::string publish(std::string const& data)
    {
        auto id = news.publish({.data = data}).id;
        time.run_until_idle();
        return id;
    }

    // What a client gets that comes back with that id.
    texts data_after(std::string const& id)
    {
        testing::stream client(time, following(), request::get("/").with_header("Last-Event-ID", id));
        return data_of(client);
    }
};

} // namespace tidings::test
