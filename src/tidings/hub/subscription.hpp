// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/following.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/internal/pull_source.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <optional>
#include <string>

namespace tidings {

namespace detail {
class subscription_state;
} // namespace detail

/// The events of one or more topics, for a handler that wants to process them itself:
///
///     tidings::subscription orders(ctx, all_orders, tidings::from_last(10));
///     while (auto next = co_await tidings::select(ctx, orders, every_minute)) {
///         if (auto* order = next.from(orders))
///             co_await out.send(*order);
///
/// Events are read when they are asked for, so a subscription holds a position in the history and no queue.
/// One that falls behind the history ends (`overflow::cut`, see `was_cut`) or skips what has been evicted. A
/// gap appears as a `tidings-reset` event without an id, in order among the others.
///
/// Belongs to one handler: create, use and destroy it on the loop of its context. It knows nothing of a
/// client. To resume where the client of `out.send(event)` left off, pass that client's last event id:
///
///     tidings::topic_list only;
///     only.add(all_orders, tidings::from_last(10));
///     tidings::subscription orders(ctx, only, out.last_event_id());
class subscription
{
public:
    /// Misses no event from here on. Starts at `from`, whatever id a client has sent. Throws
    /// `too_many_topics`.
    subscription(context const& ctx, topic const& of, start_position from = from_newest(),
                 event_filter where = {});
    /// Follows one or more topics. `last_event_id` is what the client has sent, and takes precedence over the
    /// starts in the list. Throws like `topic_list::follow`.
    subscription(context const& ctx, topic_list const& topics,
                 std::optional<std::string> const& last_event_id = std::nullopt);
    ~subscription();
    subscription(subscription const&) = delete;
    subscription& operator=(subscription const&) = delete;

    /// Waits for the next event. Empty once the context has ended, all topics are closed and read to the end,
    /// the topic has disconnected its followers, or the subscription was cut. An exception from a filter ends
    /// the subscription and is rethrown here, once. A select treats such a subscription as ended; a
    /// `try_receive` then throws.
    [[nodiscard]] boost::asio::awaitable<std::optional<event_text>> receive(context const& ctx);

    /// The next event if one is available. Throws like `receive`.
    [[nodiscard]] std::optional<event_text> try_receive();

    /// The id of the position after the last received event: a client that sends it resumes there.
    std::string position() const;

    /// Whether it ended because it fell behind the history of a topic with `overflow::cut`.
    bool was_cut() const noexcept;
    /// Whether it ended because all topics are closed and all their events have been received.
    bool is_read_to_end() const noexcept;

private:
    friend internal::access;
    using wait_case = internal::pull_wait_case<event_text>;

    internal::pull_source<event_text>* wait_source() const noexcept;

    boost::intrusive_ptr<detail::subscription_state> state_;
};

} // namespace tidings
