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

/// What has become of an event.
enum class publish_status
{
    published,     ///< followers get it
    queued,        ///< it goes to the topic's store, and to followers once it is kept there; it has no id yet
    would_block,   ///< refused: a follower, or the store, has to catch up first; nobody gets it
    context_ended, ///< the wait ended first; if it was queued already, followers may still get it
};

/// What became of a published event. True unless nobody gets it for certain.
struct publish_result
{
    publish_status status = publish_status::published;
    /// What a client sends back as Last-Event-ID. Empty unless published, and of a repeat of long ago.
    std::string id;
    std::size_t receivers = 0; ///< streams and subscriptions that followed the topic
    std::size_t drops = 0; ///< events that followers had not got yet and that left the history for this one
    /// Of a store whose topic promises more than that an event is stored (`redis_store_options::promise`): so
    /// many replicas were counted, and whether the promise is not kept, or not yet, while the event is
    /// stored.
    std::size_t replicas = 0;
    bool stored_only = false;

    explicit operator bool() const noexcept
    {
        return status == publish_status::published || status == publish_status::queued;
    }
};

/// What a topic has seen, and what it holds now.
struct topic_stats
{
    std::uint64_t published = 0;  ///< events that followers could get; comments are none
    std::uint64_t superseded = 0; ///< of these, replaced by a newer one of the same key
    std::uint64_t refused = 0;    ///< publishes that came back with `would_block`
    std::uint64_t not_kept = 0;   ///< publishes that the store could not keep
    std::uint64_t dropped = 0;    ///< events times followers that did not get them, see `overflow`
    std::uint64_t cut = 0;        ///< followers cut because they fell behind the history

    std::size_t subscribers = 0; ///< streams and subscriptions that follow
    std::size_t lagging = 0;     ///< of these, those that are given what they miss as they can take it
    std::uint64_t max_lag = 0;   ///< how many numbers the last of them is behind the newest event

    std::size_t history_count = 0; ///< events in the history
    std::size_t history_bytes = 0; ///< of their text, and of what it is compressed to
};

/// Brings each published event to every stream that follows: once, in order, also to clients that come back.
///
/// A handle: copies share one topic, and a stream that follows keeps it alive. All members may be called from
/// any thread at any time, but for `follow` and `attach`, which belong to the loop of their stream.
///
/// A client that comes back with a Last-Event-ID gets what it has missed, then what comes, in one ordered
/// step. If that is not possible (the history has moved on, the topic is a new one, the id is unknown) it is
/// told by one event without an id, and then gets what comes:
///
///     event: tidings-reset
///     data: {"reason":"evicted","oldest":"b2k4zq-17"}
///
/// What happens to a follower that is slower than the history is long, `topic_options::overflow` says.
class topic
{
public:
    /// No name of a topic is longer.
    static constexpr std::size_t max_name_bytes = 255;

    /// A topic that stands alone, in memory. Throws `std::invalid_argument` for options with a store, whose
    /// topics belong to a registry, and for a name that is not UTF-8 or longer than `max_name_bytes`.
    explicit topic(topic_options options);
    topic(); ///< with the default options

    std::string const& name() const noexcept;

    // Publishing

    /// Sends an event to all followers and keeps it in the history. Without an id of its own it gets the
    /// next number's, which all topics of a registry share. Never waits, and is never refused: it is for
    /// topics in memory whose followers hold nobody up. Throws, and then nobody has got anything:
    /// - `std::logic_error` on a topic that can refuse, which is one with a store or with `overflow::wait`:
    ///   what was refused would be lost there without a word, so these have `try_publish` and
    ///   `co_await publish(ctx, …)`; and when the topic is closed;
    /// - `std::invalid_argument` for what cannot be sent (see `event_text`), for an event with a type and
    ///   no data, which clients drop, and for an own id that was published already (as many are remembered
    ///   as events are kept, beside these), that does not come back in a client's header as it was (over 255
    ///   bytes, blanks at an end, control characters), or that looks like one that the library makes
    ///   (`b2k4zq7c1m0f-17`, several of these, an end of `;finished`);
    /// - `too_many_topics` for the first event of a topic whose registry has no room.
    publish_result publish(event const& value) const;

    /// With `overflow::keep_latest`: the event takes the place of the one before with the same key. Throws
    /// `std::logic_error` for a key on other topics; an empty one is none.
    publish_result publish(std::string_view key, event const& value) const;

    /// The same on any topic. Where it would have to wait the event is refused with `would_block`; with a
    /// store it is `queued` at best.
    [[nodiscard]] publish_result try_publish(event const& value) const;
    [[nodiscard]] publish_result try_publish(std::string_view key, event const& value) const;

    /// The same on any topic, but waits until the event is published: for followers that have to catch up
    /// (`overflow::wait`), and until the store has kept it. It does not wait for a store whose queue is full:
    /// then it is `would_block`, too. The event is encoded before this returns, and what cannot be sent
    /// throws from here. The wait throws what the store says when it cannot keep the event: then nobody gets
    /// it.
    [[nodiscard]] boost::asio::awaitable<publish_result> publish(context ctx, event const& value) const;
    [[nodiscard]] boost::asio::awaitable<publish_result> publish(context ctx, std::string_view key,
                                                                 event const& value) const;

    /// Who publishes, and which of its events this is.
    struct producer
    {
        std::string_view id;        ///< 1 to `max_name_bytes` bytes; no other producer of the store has it
        std::uint64_t sequence = 0; ///< 1, 2, 3 and so on, over all topics of the store
    };
    /// The same on a topic whose store knows producers, as `redis_store` does: an event that was published
    /// before, also from another process, is not published again, and comes back with the id that it has;
    /// with none where that is too long ago (256 events). Throws `std::logic_error` on other topics. The wait
    /// throws `topic_store::sequence_gap` for a number that does not come next.
    [[nodiscard]] boost::asio::awaitable<publish_result> publish(context ctx, event const& value,
                                                                 producer by) const;

    /// Sends a comment, which clients ignore, to those who follow now, in order among the events; never
    /// refused. It takes no event's place in the history, and has no id; as many comments wait for a slow
    /// follower as events are kept, then the oldest go. A store does not keep it: it is `queued` behind the
    /// events that are on their way there, within the same bound.
    publish_result publish_comment(std::string_view text) const;

    /// Tells all clients how long to wait before they reconnect; like a comment otherwise. Throws
    /// `std::invalid_argument` when negative.
    publish_result publish_retry(std::chrono::milliseconds pause) const;

    // Following

    /// Opens `out` and carries the topic on it until the context ends, the client leaves, or the topic is
    /// closed or sends its followers away. The client's Last-Event-ID wins over `from`, also when a stream
    /// follows once more: it begins again where its request says. An id of any stream of the registry
    /// leads to a place in this topic. Several topics on one stream: `topic_list`. Throws `too_many_topics`
    /// (see `topic_registry_options::max_blank_topics`); the stream has not begun then.
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

    /// `follow` without a coroutine: hands the stream over and comes back at once; the handler then returns,
    /// and the stream goes on. When the topic is closed the stream is finished, and its client does not come
    /// back.
    void attach(event_stream& out, start_position from = from_newest(), event_filter where = {}) const;

    // All followers

    /// Ends the topic: those who follow get what is left and then come back from `follow`, those who come
    /// later get the history first. May be called again.
    void close() const;
    bool is_closed() const;

    /// Sends all who follow now away; clients come back and resume. The number of those.
    std::size_t disconnect() const;

    /// The id of the newest event: put it into a page, and `from_id` of it misses nothing in between.
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
