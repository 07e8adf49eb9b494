// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/following.hpp>
#include <tidings/hub/topic_options.hpp>
#include <tidings/internal/access.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tidings {

namespace detail {
class topic_state;
}

/// What happened to an event.
enum class publish_status
{
    published,     ///< followers get it
    queued,        ///< it is on its way to the topic's store, and goes to followers once stored; no id yet
    would_block,   ///< refused: a follower or the store has to catch up first; no follower gets it
    context_ended, ///< the wait ended first; if the event was queued already, followers may still get it
};

/// The result of a publish. False only if it is certain that no follower gets the event.
struct publish_result
{
    publish_status status = publish_status::published;
    /// The event's id, which clients send back as Last-Event-ID. Empty unless published, and for an old
    /// repeat.
    std::string id;
    std::size_t receivers = 0; ///< streams and subscriptions that followed the topic
    std::size_t drops = 0; ///< events that this one evicted before followers got them, summed over followers
    /// Only if the topic promises more than that events are stored (`redis_store_options::promise`): how many
    /// replicas confirmed the event, and whether it is stored while the promise has not been kept, or not
    /// yet.
    std::size_t replicas = 0;
    bool stored_only = false;

    explicit operator bool() const noexcept
    {
        return status == publish_status::published || status == publish_status::queued;
    }
};

/// Totals since the topic was created, and what it holds now.
struct topic_stats
{
    std::uint64_t published = 0;  ///< events that followers could get, not counting comments
    std::uint64_t delivered = 0;  ///< events times streams that got them, also later; not subscriptions
    std::uint64_t superseded = 0; ///< of the published, replaced by a newer one with the same key
    std::uint64_t refused = 0;    ///< publishes that returned `would_block`
    std::uint64_t not_kept = 0;   ///< publishes that the store could not keep
    std::uint64_t dropped = 0;    ///< missed events, summed over their followers, see `overflow`
    std::uint64_t cut = 0;        ///< followers cut because they fell behind the history

    std::size_t subscribers = 0; ///< streams and subscriptions that follow
    std::size_t lagging = 0;     ///< of these, those that are still catching up, as fast as they can take it
    std::uint64_t max_lag = 0;   ///< how many numbers the slowest of them is behind the newest event

    std::size_t history_count = 0; ///< events in the history
    std::size_t history_bytes = 0; ///< their text, with its compressed forms
};

/// Delivers each event to every stream that follows it: once, in order, and also to clients that reconnect.
///
/// A handle: copies share one topic, and a stream that follows it keeps it alive. All members may be called
/// from any thread at any time, except `follow` and `attach`, which belong to the loop of their stream.
///
/// A client that reconnects with a Last-Event-ID gets what it missed, followed by live events, in one ordered
/// step. If that is impossible (the history has moved on, the topic is new, the id is unknown), it gets one
/// event without an id first:
///
///     event: tidings-reset
///     data: {"reason":"evicted","oldest":"b2k4zq-17"}
///
/// `topic_options::overflow` decides what happens to a follower that falls behind the history.
class topic
{
public:
    /// The maximum length of a topic's name.
    static constexpr std::size_t max_name_bytes = 255;

    /// A topic in memory, outside any registry. Throws `std::invalid_argument` for options with a store,
    /// which need a registry, and for a name that is not UTF-8 or longer than `max_name_bytes`.
    explicit topic(topic_options options);
    topic(); ///< with the default options

    std::string const& name() const noexcept;

    // Publishing

    /// Sends an event to all followers and keeps it in the history. An event without an id gets the next
    /// number of the registry, or of a topic without one. Never waits and never refuses: it is for topics in
    /// memory whose followers do not hold up publishers. If it throws, no follower has got the event. Throws:
    /// - `std::logic_error` if the topic is closed, or can refuse events, as it can with a store or with
    ///   `overflow::wait`: a refused event would be lost silently there, so use `try_publish` or
    ///   `co_await publish(ctx, …)`;
    /// - `std::invalid_argument` for an event that cannot be sent (see `event_text`), for one with a type but
    ///   no data, which clients drop, and for an id that was published already (besides the ids of the events
    ///   that it keeps, a topic remembers as many again), that a client's header would not return unchanged
    ///   (over 255 bytes, blanks at either end, control characters), or that looks like one that the library
    ///   makes (`b2k4zq7c1m0f-17`, several of these, or an ending of `;finished`);
    /// - `too_many_topics` for the first event of a topic whose registry has no room.
    publish_result publish(event const& value) const;

    /// With `overflow::keep_latest`, the event replaces the previous one with the same key. An empty key
    /// means none. Throws `std::logic_error` for a key on any other topic.
    publish_result publish(std::string_view key, event const& value) const;

    /// Publishes on any topic without waiting. Where it would have to wait, it refuses the event with
    /// `would_block`; with a store, the result is at best `queued`.
    [[nodiscard]] publish_result try_publish(event const& value) const;
    [[nodiscard]] publish_result try_publish(std::string_view key, event const& value) const;

    /// Publishes on any topic, and waits until the event is published: for followers to catch up
    /// (`overflow::wait`), and for the store to keep it. It does not wait for a store whose queue is full:
    /// the result is then `would_block`, too. The event is encoded before the call returns; for one that
    /// cannot be sent the call throws. The wait throws the store's error if the store cannot keep the event:
    /// then no follower gets it.
    [[nodiscard]] boost::asio::awaitable<publish_result> publish(context ctx, event const& value) const;
    [[nodiscard]] boost::asio::awaitable<publish_result> publish(context ctx, std::string_view key,
                                                                 event const& value) const;

    /// Identifies a publisher, and which of its events this is.
    struct producer
    {
        std::string_view id;        ///< 1 to `max_name_bytes` bytes, unique among the producers of the store
        std::uint64_t sequence = 0; ///< 1, 2, 3 and so on, over all topics of the store
    };
    /// Publishes each event of a producer once, on a topic whose store supports producers, as `redis_store`
    /// does. An event that was published before, even by another process, is not published again: the result
    /// has its id, or no id if it is more than 256 events old. Throws `std::logic_error` on other topics. The
    /// wait throws `topic_store::sequence_gap` if the number is not the next one.
    [[nodiscard]] boost::asio::awaitable<publish_result> publish(context ctx, event const& value,
                                                                 producer by) const;

    /// Sends a comment, which clients ignore, to the current followers, in order among the events; never
    /// refused. It has no id and takes no event's place in the history. As many comments wait for a slow
    /// follower as the history keeps events; beyond that the oldest are dropped. A store does not keep it: it
    /// is `queued` behind the events that are on their way there, within the same bound.
    publish_result publish_comment(std::string_view text) const;

    /// Sets how long clients wait before they reconnect; otherwise like a comment. Throws
    /// `std::invalid_argument` if negative.
    publish_result publish_retry(std::chrono::milliseconds pause) const;

    // Following

    /// Opens `out` and sends the topic's events on it until the context ends, the client leaves, or the topic
    /// is closed or disconnects its followers. The client's Last-Event-ID takes precedence over `from`, also
    /// if a stream follows again: it starts again where its request says. An id from any stream of the
    /// registry gives a position in this topic. For several topics on one stream use `topic_list`. Throws
    /// `too_many_topics` (see `topic_registry_options::max_blank_topics`), before the stream has begun.
    [[nodiscard]] boost::asio::awaitable<follow_end> follow(context ctx, event_stream& out,
                                                            start_position from = from_newest(),
                                                            event_filter where = {}) const;
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    template <detail::owning_closure Filter>
    [[nodiscard]] boost::asio::awaitable<follow_end> follow(context, event_stream&, start_position,
                                                            Filter&&) const
    {
        static_assert(!detail::owning_closure<Filter>,
                      "follow: g++ 12 destroys an owning lambda twice when it is written inside co_await "
                      "(GCC 107288); give it a name first");
        return {};
    }
#endif

    /// `follow` without a coroutine: hands the stream over and returns at once; the handler then returns, and
    /// the stream continues. Closing the topic finishes the stream, and its client does not reconnect.
    void attach(event_stream& out, start_position from = from_newest(), event_filter where = {}) const;

    // All followers

    /// Closes the topic: current followers get what is left, and their `follow` returns; later ones get the
    /// history first. May be called again.
    void close() const;
    bool is_closed() const;

    /// Disconnects all current followers, and returns their number; clients reconnect and resume.
    std::size_t disconnect() const;

    /// The id of the newest event: put it into a page that then follows `from_id`, and it misses nothing.
    std::string position() const;

    /// Streams and subscriptions that follow now.
    std::size_t subscribers() const;
    topic_stats stats() const;

private:
    friend internal::access;
    explicit topic(std::shared_ptr<detail::topic_state> state) noexcept : state_(std::move(state)) {}
    void require_never_refused() const;

    std::shared_ptr<detail::topic_state> state_;
};

} // namespace tidings
