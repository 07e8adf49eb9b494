// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/start_position.hpp>
#include <tidings/hub/topic_options.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace tidings {

namespace detail {
class topic_state;
}

/// What became of a published event.
struct publish_result
{
    std::string id;            ///< what a client sends back as Last-Event-ID
    std::size_t receivers = 0; ///< streams that followed the topic
};

/// Why `topic::follow` came back.
enum class follow_end
{
    closed,        ///< the topic is closed, and everything in it has been handed to the connection
    context_ended, ///< the context ended; the stream is the handler's again, for a farewell
    stream_ended,  ///< the client left, or was cut because it fell behind the history
};

/// Brings each published event to every stream that follows: once, in order, also to clients that come back.
///
/// A handle: copies share one topic, and a stream that follows keeps it alive. `publish` may be called from
/// any thread and never waits; `follow` and `attach` belong to a handler.
///
/// A client that comes back with a Last-Event-ID gets what it has missed, then what comes, in one ordered
/// step. If that is not possible (the history has moved on, the topic is a new one, the id is unknown) it is
/// told by one event without an id, and then gets what comes:
///
///     event: tidings-reset
///     data: {"reason":"evicted","oldest":"b2k4zq-17"}
///
/// A follower that is slower than the history is long is cut, and so comes back, and is told.
class topic
{
public:
    explicit topic(topic_options options = {});

    /// Sends an event to all followers and keeps it in the history. Without an id of its own it gets the
    /// topic's next one. Throws `std::invalid_argument` for what cannot be sent (see `encoded_size`) and for
    /// an own id that the history holds already, `std::logic_error` when the topic is closed; then nobody has
    /// got anything.
    publish_result publish(event const& value);

    /// Opens `out` and carries the topic on it until the context ends, the client leaves, or the topic is
    /// closed. The client's Last-Event-ID wins over `from`.
    [[nodiscard]] boost::asio::awaitable<follow_end> follow(context ctx, event_stream& out,
                                                            start_position from = from_newest());

    /// `follow` without a coroutine: hands the stream over and comes back at once; the handler then returns,
    /// and the stream goes on. When the topic is closed the stream is finished, and its client does not come
    /// back.
    void attach(event_stream& out, start_position from = from_newest());

    /// Ends the topic: those who follow get what is left and then come back from `follow`, those who come
    /// later get the history first. May be called again.
    void close();
    bool is_closed() const;

    /// The id of the newest event: put it into a page, and `from_id` of it misses nothing in between.
    std::string position() const;

    /// Streams that follow now.
    std::size_t subscribers() const;

private:
    std::shared_ptr<detail::topic_state> state_;
};

} // namespace tidings
