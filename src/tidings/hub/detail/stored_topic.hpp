// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/event_ring.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_store.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tidings::detail {

class restoring;
class store_link;
class topic_state;
struct order;

/// What of a topic is on its way to its store: events, whose numbers nobody knows yet, and comments behind
/// them, which the store never hears of. Guarded by the registry's lock.
class store_queue
{
public:
    /// An event of so many bytes.
    void add(std::size_t bytes) noexcept
    {
        ++sent_;
        bytes_ += bytes;
    }
    /// The oldest is kept now, or never will be.
    void remove(std::size_t bytes) noexcept
    {
        ++done_;
        bytes_ -= bytes;
    }
    /// The store did not take the newest: as if it had not been added.
    void take_back(std::size_t bytes) noexcept
    {
        --sent_;
        bytes_ -= bytes;
    }

    std::size_t count() const noexcept { return static_cast<std::size_t>(sent_ - done_); }
    std::size_t bytes() const noexcept { return bytes_; }

    /// A comment that waits for the events before it; of more than `most` the oldest goes.
    void hold(internal::shared_frame comment, std::size_t most)
    {
        held_.push_back({sent_, std::move(comment)});
        if (held_.size() > most)
            held_.pop_front();
    }
    /// The next comment that waits for nothing any more.
    std::optional<internal::shared_frame> release()
    {
        if (held_.empty() || held_.front().behind > done_)
            return std::nullopt;
        internal::shared_frame next = std::move(held_.front().text);
        held_.pop_front();
        return next;
    }

private:
    struct held_comment
    {
        std::uint64_t behind; // so many events
        internal::shared_frame text;
    };

    std::uint64_t sent_ = 0;
    std::uint64_t done_ = 0;
    std::size_t bytes_ = 0;
    std::deque<held_comment> held_;
};

/// What has become of an event that went to a store.
struct store_answer
{
    publish_result result;
    std::exception_ptr error; ///< it is not kept
};
/// Called on a thread of the store, without a lock, when the event has been delivered or could not be kept.
using when_kept = std::function<void(store_answer)>;

/// An event of which a store has told.
struct told_event
{
    std::uint64_t number;
    std::uint64_t previous;          ///< number of the one before it in its topic
    std::optional<kept_event> value; ///< empty when it cannot be one
};

/// What a topic has to do with its store: what is on its way there, and what the store says of it. Guarded by
/// the registry's lock, like its topic, of which it is a part.
class stored_topic
{
public:
    stored_topic(topic_state& of, std::shared_ptr<store_link> link);

    std::shared_ptr<store_link> const& link() const noexcept { return link_; }
    store_queue const& on_their_way() const noexcept { return queue_; }

    /// A client has come from another process, with the number of an event that has yet to come here.
    void note_client_ahead(std::uint64_t number) noexcept { ahead_ = std::max(ahead_, number); }
    /// The newest number that a client of the topic may have.
    std::uint64_t newest_of_clients() const noexcept;

    /// False when the queue of the store is full.
    bool append(stored_event draft, when_kept when_kept);
    /// A comment stays behind the events that are on their way; of more than `most` the oldest goes.
    void hold(internal::shared_frame comment, std::size_t most) { queue_.hold(std::move(comment), most); }

    /// The store has opened the topic, whose newest event has that number. The order of its numbers; null
    /// when that, or the number, is none that could be.
    order const* on_opened(std::uint64_t newest);
    void finish_restoring(restoring& by);
    /// From now on the topic is as the store says.
    void end_load(bool is_loaded) noexcept { is_loading_ = !is_loaded; }
    bool is_loading() const noexcept { return is_loading_; }
    /// The store has begun another life: everything is forgotten, and all who follow are sent away until the
    /// topic was loaded again.
    void begin_anew();

    /// An event is kept. False when one before it is missing; who follows then is sent away, and told when it
    /// comes back.
    bool accept(told_event event);

    /// The topic is about to go: closes it in the store, as often as it was opened. Without the lock.
    void close();

private:
    void on_kept(std::string const& own_id, std::size_t bytes, topic_store::kept const& answer,
                 when_kept const& when_kept);

    topic_state& topic_;
    std::shared_ptr<store_link> const link_;
    store_queue queue_;
    std::size_t opens_ = 0;
    std::uint64_t ahead_ = 0;        // number that a client has had
    std::uint64_t newest_kept_ = 0;  // number, also of an event that was left out
    publish_result last_delivery_{}; // of that number
    bool is_loading_ = true;
};

} // namespace tidings::detail
