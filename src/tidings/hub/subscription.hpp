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

/// The events of topics, for a handler that wants to look at them itself:
///
///     tidings::subscription orders(ctx, all_orders, tidings::from_last(10));
///     while (auto next = co_await tidings::select(ctx, orders, every_minute)) {
///         if (auto* order = next.from(orders))
///             co_await out.send(*order);
///
/// An event is read when it is asked for, so a subscription holds a place in the history and no queue. One
/// that is slower than the history is long is ended (`overflow::cut`, see `was_cut`) or passes over what is
/// lost. A gap comes as a `tidings-reset` event without an id, in its place among the others.
///
/// Belongs to one handler: made, used and destroyed on the loop of its context. It knows no client: where the
/// one that events are sent on to by `out.send(event)` shall resume, pass what it came back with:
///
///     tidings::topic_list only;
///     only.add(all_orders, tidings::from_last(10));
///     tidings::subscription orders(ctx, only, out.last_event_id());
class subscription
{
public:
    /// From here on no event is missed. It begins at `from` whatever a client came back with. Throws
    /// `too_many_topics`.
    subscription(context const& ctx, topic const& of, start_position from = from_newest(),
                 event_filter where = {});
    /// One or several topics; `last_event_id` is what the client came back with, and wins over where the list
    /// starts. Throws as `topic_list::follow`.
    subscription(context const& ctx, topic_list const& topics,
                 std::optional<std::string> const& last_event_id = std::nullopt);
    ~subscription();
    subscription(subscription const&) = delete;
    subscription& operator=(subscription const&) = delete;

    /// Waits for the next event. Empty when the context ended, all topics are closed and read to their ends,
    /// the topic has sent its followers away, or the subscription was cut. What a filter throws ends the
    /// subscription, and is thrown here, once. A select takes it for one that has ended; `try_receive` then
    /// throws.
    [[nodiscard]] boost::asio::awaitable<std::optional<event_text>> receive(context const& ctx);

    /// The next event if there is one now. Throws as `receive`.
    [[nodiscard]] std::optional<event_text> try_receive();

    /// The id of the place behind what has been received: a client that comes back with it goes on there.
    std::string position() const;

    /// Whether it ended because it fell behind the history of a topic that cuts.
    bool was_cut() const noexcept;
    /// Whether it ended because all topics are closed, and everything in them has been received.
    bool is_read_to_end() const noexcept;

private:
    friend internal::access;
    using wait_case = internal::pull_wait_case<event_text>;

    internal::pull_source<event_text>* wait_source() const noexcept;

    boost::intrusive_ptr<detail::subscription_state> state_;
};

} // namespace tidings
