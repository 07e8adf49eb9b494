// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/batch.hpp>
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/start_position.hpp>
#include <tidings/hub/topic_log.hpp>
#include <tidings/hub/topic_options.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/stream/internal/shared_frame.hpp>

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tidings::detail {

/// Why a follower cannot be brought up to date.
enum class gap
{
    none,
    evicted,    ///< what it wants has left the history, or the topic with it
    restarted,  ///< its id is of an earlier life of the topic, in another process
    unknown_id, ///< its id is none of this topic's
    overflowed, ///< it was too slow, and the topic has dropped what it had not got
};

/// The last events of a topic. Each has a number; numbers rise, not always by one. Among them, in order, is
/// text that clients dispatch nothing for (comments, retry times): it is there for those who follow already,
/// has no id, and takes no event's place. Pure: time is an argument. Not thread-safe.
class history
{
public:
    /// `blank_since`: the topic had no event under any epoch of the same family from that serial number on.
    history(topic_options const& options, std::string epoch,
            std::uint64_t blank_since = std::numeric_limits<std::uint64_t>::max());
    /// What came of restoring.
    struct restoring
    {
        std::vector<std::uint64_t> superseded; ///< numbers of events that newer ones of the tail replace
        std::size_t unreadable = 0;            ///< events that were left out, see `fault_of`
        std::string first_fault;
    };
    /// What a log has kept. The clocks tell how old its events are. Throws `std::runtime_error` for an epoch
    /// and a next number that no topic can have.
    history(topic_options const& options, log_tail tail, time_point now,
            std::chrono::system_clock::time_point wall_clock_now, restoring& came_of_it);

    // Adding

    /// An event with its number and id, encoded, but not in the history yet.
    struct draft
    {
        std::uint64_t number;
        std::string id; ///< empty: it is unnamed
        std::string own_id;
        std::string key;
        internal::shared_frame frame;
    };

    /// Takes a number, and the id if the event has one of its own. Throws `std::invalid_argument` for what
    /// cannot be sent or would reach nobody, and for an own id that is known already or not allowed, see
    /// `check_own_id`; `std::length_error` when all numbers have been given out.
    draft prepare(event const& value, std::string_view key);
    /// Text that clients dispatch nothing for, already encoded: it has a number, and no id.
    draft prepare_unnamed(std::string_view encoded);

    /// Whether all drafts of events can be kept without the loss of an event from number `needed` on.
    bool has_room_for_drafts(std::uint64_t needed) const;

    /// Makes the draft the newest event, and forgets what is then too much. Drafts are kept in the order of
    /// their numbers. The number of the event that it supersedes, if any.
    std::optional<std::uint64_t> keep(draft added, time_point now);
    /// Gives up a draft.
    void abandon(draft const& given_up);

    /// Forgets what is too old, but nothing from number `needed` on.
    void forget_old(time_point now, std::uint64_t needed);
    /// Forgets unnamed text in front of number `needed`: all who follow have it.
    void forget_unnamed(std::uint64_t needed);
    /// Forgets the oldest events until so many bytes are free, but none from number `needed` on, and not the
    /// newest. The number of events.
    std::size_t give_up(std::size_t bytes, std::uint64_t needed);

    // Reading

    /// The number behind the newest event's.
    std::uint64_t end() const noexcept { return newest_ + 1; }
    /// Those who have everything below this number have lost nothing. Unnamed text that is gone is no loss.
    std::uint64_t begin() const noexcept { return begin_; }
    /// Events.
    std::size_t count() const noexcept { return entries_.size() - dead_ - unnamed_.size(); }
    /// Entries, also of unnamed text and of events that newer ones have replaced.
    std::size_t slots() const noexcept { return entries_.size(); }
    /// Of the events' text.
    std::size_t bytes() const noexcept { return bytes_; }
    /// About what everything here takes of the memory.
    std::size_t memory() const noexcept { return memory_; }
    /// Of the events from number `from` on.
    std::uint64_t bytes_from(std::uint64_t from) const;
    std::size_t drafts() const noexcept { return drafts_; }
    std::uint64_t superseded() const noexcept { return superseded_; }
    /// Events that have left the history so far because there was no room.
    std::uint64_t evicted() const noexcept { return evicted_; }
    bool has_unnamed() const noexcept { return !unnamed_.empty(); }
    std::string const& epoch() const noexcept { return epoch_; }

    /// Appends to `into` the events from number `from` on, at most `limit`, and says where to go on.
    void copy(std::uint64_t from, std::size_t limit, batch& into) const;

    /// The number of the first event to send.
    struct place
    {
        std::uint64_t next;
        gap missing = gap::none;
    };
    place find(start_position from) const;
    place find_after(std::string_view id) const;
    /// Whether the id is one of this topic's, also of an event that is gone.
    bool recognizes(std::string_view id) const;

    /// The topic's own id for the place behind event `number`; clients may come back with it whatever ids the
    /// events have.
    std::string id_text(std::uint64_t number) const;
    /// The same place by a number that a log knows: it does not hear of the numbers of unnamed text, and
    /// gives them out again after a restart.
    std::string logged_id_text(std::uint64_t number) const;
    /// The id of the newest event, also of one that is forgotten.
    std::string position() const { return newest_own_id_.empty() ? id_text(newest_named_) : newest_own_id_; }
    /// The id of the oldest event kept; empty when there is none.
    std::string oldest() const;

private:
    struct entry
    {
        std::uint64_t number;
        internal::shared_frame frame; // empty when superseded
        time_point added;
        std::string own_id;
        std::string key;
        bool is_named = true;
        bool is_dead = false;
        std::uint64_t offset = 0; // bytes of all events before it
    };
    using entries = std::deque<entry>;

    static std::size_t memory_of(entry const& of) noexcept;
    std::size_t max_events() const noexcept;
    entries::const_iterator find_entry(std::uint64_t number) const;
    entry& entry_of(std::uint64_t number);
    void check_life(log_tail const& tail) const;
    std::string_view fault_of_next(logged_event const& value, log_tail const& tail) const;
    void restore(logged_event value, time_point added, restoring& came_of_it);
    std::optional<std::uint64_t> insert(entry added);
    void insert_unnamed(entry added);
    void push(entry added);
    draft count_in(draft made);
    void count_out(draft const& done) noexcept;
    void supersede(std::uint64_t number);
    void drop_unnamed();
    void empty(entry& of);
    void forget_first();
    void remember(std::string id);
    bool is_full() const noexcept;
    void sweep();
    place place_behind(std::uint64_t number) const noexcept;
    place place_of_earlier(automatic_id const& given) const;

    topic_options const& options_;
    std::string epoch_;
    std::uint64_t blank_since_;
    std::uint64_t next_ = 1; // of the next draft
    std::uint64_t newest_ = 0;
    std::uint64_t newest_named_ = 0;
    std::uint64_t begin_ = 1;
    std::size_t bytes_ = 0;
    std::size_t memory_ = 0;
    std::uint64_t all_bytes_ = 0; // of all entries so far
    std::size_t drafts_ = 0;      // of events and of unnamed text
    std::size_t event_drafts_ = 0;
    std::size_t event_draft_bytes_ = 0;
    std::size_t dead_ = 0;
    std::uint64_t superseded_ = 0;
    std::uint64_t evicted_ = 0;
    entries entries_;
    std::deque<std::uint64_t> unnamed_; // numbers of the unnamed entries
    std::size_t unnamed_bytes_ = 0;
    std::string newest_own_id_;
    std::unordered_map<std::string, std::uint64_t> own_ids_; // of drafts, too, and the past ones
    std::deque<std::string> past_ids_; // of events that are gone: clients may come back with them
    std::unordered_map<std::string, std::uint64_t> latest_; // by key
};

} // namespace tidings::detail
