// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/audience.hpp>
#include <tidings/hub/detail/history.hpp>
#include <tidings/hub/detail/kept_entry.hpp>
#include <tidings/hub/detail/order.hpp>
#include <tidings/hub/detail/reset_text.hpp>
#include <tidings/hub/detail/restoring.hpp>
#include <tidings/hub/detail/store_queue.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/wait/channel.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::detail {

class loop_group;
class registry_state;
class store_link;

/// What the handles and the followers of one topic share. Safe from any thread: the lock of its registry
/// guards it, and all topics beside it. What needs no lock is done before: an event is checked and encoded,
/// and then gets its number, enters the history and marks the loops in one step.
///
/// A topic of a registry is blank until it is published to: then nothing but its handles and followers keeps
/// it. From its first event on it is kept by the registry.
class topic_state final : public std::enable_shared_from_this<topic_state>
{
public:
    /// `store` is null for one in memory alone; else it is empty until it was loaded, see `topic_load`.
    /// Throws `std::invalid_argument` for a name that no topic can have.
    topic_state(std::string name, std::shared_ptr<topic_options const> options,
                std::shared_ptr<registry_state> of, std::shared_ptr<store_link> store = {});
    ~topic_state();

    std::string const& name() const noexcept { return name_; }
    topic_options const& options() const noexcept { return *options_; }
    std::shared_ptr<registry_state> const& registry() const noexcept { return registry_; }
    std::shared_ptr<store_link> const& link() const noexcept { return link_; }
    /// Lives as long as the registry. Of a store's topic another one takes its place with another life.
    order& numbers() const noexcept { return *order_.load(); }

    // Publishing

    /// Whether an event may have to wait: for followers, or for the store.
    bool can_refuse() const noexcept { return has_store() || options_->overflow == overflow::wait; }

    /// Checks and encodes an event, without the lock. Throws `std::logic_error` for a key on a topic that has
    /// none, and as `prepare` of the event alone.
    kept_event prepare(event const& value, std::string_view key) const;

    /// Called on a thread of the store when the event has been delivered, or could not be kept.
    using delivered = std::function<void(publish_result, std::exception_ptr)>;
    struct attempt
    {
        publish_result result;
        bool may_wait = false; ///< `room` tells when to try again; the event is as it was
    };
    /// `when_delivered` is of one that can wait; of a topic with a store it is called if the event is queued.
    attempt try_publish(kept_event& value, delivered when_delivered);

    /// Text that has no id and that no store keeps. It stays behind the events that are on their way to
    /// the store.
    publish_result publish_unnamed(std::string_view encoded);

    /// Something is taken from it when a publish that would have blocked may be tried again. Who publishes
    /// then puts it back for the next one.
    channel<bool>& room() noexcept { return room_; }
    void give_room();

    void close();
    bool is_closed() const;
    /// Sends all followers away; the number of those who followed.
    std::size_t disconnect();

    /// A follower was cut because it fell behind.
    void count_cut();

    std::string position() const;
    topic_stats stats() const;
    std::size_t subscribers() const;

    // With the registry's lock held: for the registry

    bool has_store() const noexcept { return link_ != nullptr; }
    bool has_events_on_their_way() const noexcept { return to_store_.count() > 0; }
    /// Whether it was published to.
    bool has_had_events() const noexcept { return history_.newest_number() > 0; }
    std::size_t memory() const noexcept { return history_.memory(); }
    /// Whether it has more than its newest event.
    bool can_shrink() const noexcept { return history_.count() > 1; }
    std::uint64_t newest_number() const noexcept { return history_.newest_number(); }
    time_point last_published() const noexcept { return last_published_; }
    void lose_up_to(std::uint64_t number) { history_.lose_up_to(number); }
    /// Forgets the oldest events to free so many bytes, but none that a follower has yet to get, and not the
    /// newest. A store keeps them. The number of events.
    std::size_t give_up(std::size_t bytes);

    kept_entry in_registry; ///< the registry's books of it

    // With the registry's lock held: for its store

    /// The store has opened it, and its newest event has that number. The order of its numbers; null when the
    /// store has none that could be.
    order const* on_opened(std::uint64_t newest);
    void restore(restoring& by, std::vector<kept_event> ready) { by.add(std::move(ready), history_); }
    void finish_restoring(restoring& by);
    /// From now on it is as the store says.
    void end_load(bool is_loaded) { is_loading_ = !is_loaded; }
    bool is_loading() const noexcept { return is_loading_; }
    /// The store has begun another life: everything is forgotten, and all who follow are sent away until it
    /// was loaded again.
    void begin_anew();
    /// An event is kept, with the number of the one before it; empty when it cannot be one. False when an
    /// event before it is missing; who follows then is sent away, and told when it comes back.
    bool accept(std::uint64_t number, std::uint64_t previous, std::optional<kept_event> value);
    /// Events up to that number are gone for its followers.
    void miss_up_to(std::uint64_t number);

    // With the registry's lock held: for followers

    history const& events() const noexcept { return history_; }
    audience& followers() noexcept { return audience_; }

    struct entrance
    {
        history::entry_point begin;
        std::uint32_t disconnects; ///< before it came
        loop_group* group;         ///< lives until the last of its followers leaves
        audience::laggard place;
    };
    /// Enters a follower of the loop of `executor`: from now on its group is told of every event. It is a
    /// laggard until it has caught up. It begins behind number `after` of the order, if that is known, or
    /// where `from` says. Throws `too_many_topics`.
    entrance enter(boost::asio::any_io_executor const& executor, std::optional<std::uint64_t> after,
                   start_position from, time_point now);
    /// Its followers let others go on then, see `give_room`.
    void leave(loop_group& group);

    /// Reads on from a place, at most `limit` events, into an empty batch.
    void read(std::uint64_t from, std::size_t limit, batch& into) const;
    /// It is closed, and nothing comes behind that place.
    bool is_over_at(std::uint64_t place) const;

    /// What a follower is told that has missed something.
    reset reset_for(gap reason, std::uint64_t dropped = 0) const;
    std::string id_of(std::string const& own_id, std::uint64_t number) const;

private:
    attempt publish_in_memory(kept_event& value, bool can_wait);
    attempt publish_to_store(kept_event const& value, delivered when_delivered);
    std::optional<attempt> refuse(kept_event const& value, bool can_wait);
    void require_open() const;
    bool has_room(std::size_t bytes) const;
    publish_result deliver(kept_event added, time_point now);
    publish_result deliver_comment(internal::shared_frame text, time_point now);
    bool hand_to_store(stored_event draft, delivered when_delivered);
    void on_kept(std::string const& own_id, std::size_t bytes, topic_store::kept const& answer,
                 delivered const& when_delivered);
    std::uint64_t needed() const;
    void tell_store(std::optional<std::uint64_t> superseded);

    std::string const name_;
    std::shared_ptr<topic_options const> const options_;
    std::shared_ptr<registry_state> const registry_;
    std::shared_ptr<store_link> const link_;
    std::atomic<order*> order_;

    // Guarded by the registry's lock.
    history history_;
    audience audience_;
    store_queue to_store_;             // if it has one
    std::uint64_t told_forgotten_ = 0; // of the events that the topic has forgotten, the store knows so many
    std::uint64_t given_up_ = 0;       // events that it has forgotten for the registry; a store keeps them
    std::size_t opens_ = 0;            // of the store
    std::uint64_t newest_kept_ = 0;    // number, also of an event that was left out
    publish_result last_delivery_{};   // of that number
    time_point last_published_{};
    bool is_loading_ = false;
    topic_stats totals_;
    bool is_closed_ = false;
    std::uint32_t disconnects_ = 0;

    channel<bool> room_{1};
};

} // namespace tidings::detail
