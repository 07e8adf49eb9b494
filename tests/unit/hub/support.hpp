// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/testing/stream.hpp>
#include <tidings/testing/virtual_time.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidings::test {

using texts = std::vector<std::string>;

/// Topics whose events and uses age by virtual time.
inline topic_registry in_virtual_time(testing::virtual_time& time, topic_registry of)
{
    internal::access::state(of).set_clock([&time] { return time.now(); });
    return of;
}

inline topic in_virtual_time(testing::virtual_time& time, topic of)
{
    internal::access::state(of).registry()->set_clock([&time] { return time.now(); });
    return of;
}

inline texts data_of(testing::stream& client)
{
    texts all;
    for (auto const& each : client.events())
        all.push_back(each.data());
    return all;
}

/// What tells a client its place.
inline std::string place_text(std::string const& id)
{
    return "id: " + id + "\nevent: tidings-place\ndata: " + id + "\n\n";
}

/// Follows a list of topics, and says why that ended.
inline boost::asio::awaitable<void> follow_all(topic_list topics, context ctx, request const&,
                                               event_stream& out)
{
    auto const end = co_await topics.follow(ctx, out);
    if (end == follow_end::disconnected)
        co_await out.comment("disconnected");
}

inline handler following(topic_list const& topics)
{
    return std::bind_front(follow_all, topics);
}

inline handler following(topic const& only, start_position from = from_newest(), event_filter where = {})
{
    topic_list topics;
    topics.add(only, from, std::move(where));
    return following(topics);
}

inline boost::asio::awaitable<void> attach_all(topic_list topics, context, request const&, event_stream& out)
{
    topics.attach(out);
    co_return;
}

inline handler attaching(topic_list const& topics)
{
    return std::bind_front(attach_all, topics);
}

inline request coming_back_with(std::string const& id)
{
    return request::get("/").with_header("Last-Event-ID", id);
}

/// What a call on the loop has come to; empty while it waits.
template <typename T>
struct running
{
    std::optional<T> value;
    std::exception_ptr failure;
};

template <typename T>
std::shared_ptr<running<T>> run(testing::virtual_time& time, boost::asio::awaitable<T> call)
{
    auto state = std::make_shared<running<T>>();
    boost::asio::co_spawn(time.loop(), std::move(call), [state](std::exception_ptr failure, T value) {
        state->failure = failure;
        if (!failure)
            state->value = std::move(value);
    });
    time.run_until_idle();
    return state;
}

} // namespace tidings::test
