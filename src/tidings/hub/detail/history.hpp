// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/batch.hpp>
#include <tidings/hub/start_position.hpp>
#include <tidings/hub/topic_log.hpp>
#include <tidings/hub/topic_options.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/stream/shared_frame.hpp>

#include <cstdint>
#include <deque>
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
    evicted,    ///< what it wants has left the history
    restarted,  ///< its id is of an earlier life of the topic
    unknown_id, ///< its id is none of this topic's
    overflowed, ///< it was too slow, and the topic has dropped what it had not got
};

/// The last events of a topic. Each has a number; numbers rise, not always by one. Pure: time is an argument.
/// Not thread-safe.
class history
{
public:
    history(topic_options const& options, std::string epoch);
    /// What a log has kept. The clocks tell how old its events are. Adds to `superseded` the numbers of those
    /// that newer ones of the tail replace.
    history(topic_options const& options, log_tail tail, time_point now,
            std::chrono::system_clock::time_point wall_clock_now, std::vector<std::uint64_t>& superseded);

    // Adding

    /// An event with its number and id, encoded, but not in the history yet.
    struct draft
    {
        std::uint64_t number;
        std::string id; ///< empty: it is unnamed
        std::string own_id;
        std::string key;
        shared_frame frame;
    };

    /// Takes a number, and the id if the event has one of its own. Throws `std::invalid_argument` for what
    /// cannot be sent, and for an own id that is in the history already or says that a stream is finished.
    draft prepare(event const& value, std::string_view key);
    /// Text that clients dispatch nothing for, already encoded: it has a number, and no id.
    draft prepare_unnamed(std::string_view encoded);

    /// Whether all drafts can be kept without the loss of an event from number `needed` on.
    bool has_room_for_drafts(std::uint64_t needed) const;

    /// Makes the draft the newest event, and forgets what is then too much. Drafts are kept in the order of
    /// their numbers. The number of the event that it supersedes, if any.
    std::optional<std::uint64_t> keep(draft added, time_point now);
    /// Gives up a draft.
    void abandon(draft const& given_up);

    /// Forgets what is too old, but nothing from number `needed` on.
    void forget_old(time_point now, std::uint64_t needed);

    // Reading

    /// The number behind the newest event's.
    std::uint64_t end() const noexcept { return newest_ + 1; }
    /// Those who have everything below this number have lost nothing. Unnamed text that is gone is no loss.
    std::uint64_t begin() const noexcept { return begin_; }
    std::size_t count() const noexcept { return entries_.size() - dead_; }
    /// Places taken, also by events that newer ones have replaced.
    std::size_t slots() const noexcept { return entries_.size(); }
    std::size_t bytes() const noexcept { return bytes_; }
    /// Of the events from number `from` on.
    std::uint64_t bytes_from(std::uint64_t from) const;
    std::size_t drafts() const noexcept { return drafts_; }
    std::uint64_t superseded() const noexcept { return superseded_; }
    /// Events that have left the history so far because there was no room.
    std::uint64_t evicted() const noexcept { return evicted_; }

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
        shared_frame frame; // empty when superseded
        time_point added;
        std::string own_id;
        std::string key;
        bool is_named = true;
        bool is_dead = false;
        std::uint64_t offset = 0; // bytes of all events before it
    };
    using entries = std::deque<entry>;

    entries::const_iterator find_entry(std::uint64_t number) const;
    std::optional<std::uint64_t> insert(entry added);
    draft count_in(draft made);
    void count_out(draft const& done) noexcept;
    void supersede(std::uint64_t number);
    void forget_first();
    bool is_full() const noexcept;
    void sweep();

    topic_options const& options_;
    std::string epoch_;
    std::uint64_t next_ = 1; // of the next draft
    std::uint64_t newest_ = 0;
    std::uint64_t newest_named_ = 0;
    std::uint64_t begin_ = 1;
    std::size_t bytes_ = 0;
    std::uint64_t all_bytes_ = 0; // of all events so far
    std::size_t drafts_ = 0;
    std::size_t draft_bytes_ = 0;
    std::size_t dead_ = 0;
    std::uint64_t superseded_ = 0;
    std::uint64_t evicted_ = 0;
    entries entries_;
    std::string newest_own_id_;
    std::unordered_map<std::string, std::uint64_t> own_ids_; // of drafts, too
    std::unordered_map<std::string, std::uint64_t> latest_;  // by key
};

} // namespace tidings::detail
