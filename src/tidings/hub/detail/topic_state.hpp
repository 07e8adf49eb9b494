// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/audience.hpp>
#include <tidings/hub/detail/history.hpp>
#include <tidings/hub/detail/kept_topics.hpp>
#include <tidings/hub/detail/order.hpp>
#include <tidings/hub/detail/reset_text.hpp>
#include <tidings/hub/detail/stored_topic.hpp>
#include <tidings/hub/internal/figures.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/wait/channel.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
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
    /// Null of one in memory alone.
    stored_topic* stored() const noexcept { return stored_.get(); }
    bool has_store() const noexcept { return stored_ != nullptr; }
    /// Lives as long as the registry. Of a store's topic another one takes its place with another life.
    order& numbers() const noexcept { return *order_.load(); }

    // Publishing

    /// Whether an event may have to wait: for followers, or for the store.
    bool can_refuse() const noexcept { return has_store() || options_->overflow == overflow::wait; }

    /// Checks and encodes an event, without the lock. Throws `std::logic_error` for a key on a topic that has
    /// none, and as `prepare` of the event alone.
    kept_event prepare(event const& value, std::string_view key);

    struct attempt
    {
        publish_result result;
        bool may_wait = false; ///< `room` tells when to try again; the event is as it was
    };
    /// `when_kept` is of one that can wait; of a topic with a store it is called if the event is queued.
    attempt try_publish(kept_event& value, when_kept when_kept, topic::producer by = {});

    /// Whether a publisher of this process has said when clients come back. From any thread.
    bool sets_retry() const noexcept { return sets_retry_; }
    void set_retry() noexcept { sets_retry_ = true; }

    /// Text that has no id and that no store keeps. It stays behind the events that are on their way to
    /// the store.
    publish_result publish_unnamed(std::string_view encoded);

    /// Something is taken from it when a publish that would have blocked may be tried again. Who publishes
    /// then puts it back for the next one.
    channel<void>& room() noexcept { return room_; }
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

    bool has_events_on_their_way() const noexcept { return stored_ && stored_->on_their_way().count() > 0; }
    void lose_up_to(std::uint64_t number) { history_.lose_up_to(number); }
    /// Forgets the oldest events to free so many bytes, but none that a follower has yet to get, and not the
    /// newest. A store keeps them. The number of events.
    std::size_t give_up(std::size_t bytes) { return history_.give_up(bytes, audience_.needed()); }

    topic_stats stats_now() const;

    kept_entry in_registry; ///< the registry's books of it

    // With the registry's lock held: for its store

    history& events() noexcept { return history_; }
    /// An event that has its number.
    publish_result deliver(kept_event added, time_point now);
    publish_result deliver_comment(internal::shared_frame text, time_point now);
    /// All who follow now, to come back.
    void send_away();
    /// One of the counters that never fall: of itself, and of its label.
    void count(std::uint64_t topic_stats::* what, std::uint64_t more);
    internal::label_figures& counts_of_label() const;
    /// What it is numbered by from now on.
    void set_order(order& other) noexcept { order_ = &other; }

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

    /// A follower gets a `tidings-reset`.
    void count_reset(gap reason) const { ++counts_of_label().resets[name_of(reason)]; }
    /// A client has come with an id.
    void count_resume(bool has_missed_nothing) const
    {
        ++counts_of_label().resumes[has_missed_nothing ? "complete" : "reset"];
    }
    /// What a follower is told that has missed something.
    reset reset_for(gap reason, std::uint64_t dropped = 0) const;
    std::string id_of(std::string const& own_id, std::uint64_t number) const;

private:
    attempt publish_in_memory(kept_event& value, bool can_wait);
    attempt publish_to_store(kept_event const& value, when_kept when_kept, topic::producer by);
    std::optional<attempt> refuse(kept_event const& value, bool can_wait, bool may_repeat = false);
    void require_open() const;
    bool has_room(std::size_t bytes) const;
    std::uint64_t needed() const;
    void tell_store(std::uint64_t evicted_before);

    std::string const name_;
    std::shared_ptr<topic_options const> const options_;
    std::shared_ptr<registry_state> const registry_;
    std::atomic<order*> order_;

    // Guarded by the registry's lock.
    history history_;
    audience audience_;
    std::unique_ptr<stored_topic> const stored_;
    topic_stats totals_;                                  // the counters alone
    mutable internal::label_figures* of_label_ = nullptr; // the registry's; null before anything is counted
    bool is_closed_ = false;
    std::uint32_t disconnects_ = 0;

    channel<void> room_{1};
    std::atomic<bool> sets_retry_ = false;
};

} // namespace tidings::detail
