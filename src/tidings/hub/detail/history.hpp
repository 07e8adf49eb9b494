// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/batch.hpp>
#include <tidings/hub/detail/event_ring.hpp>
#include <tidings/hub/detail/own_ids.hpp>
#include <tidings/hub/following.hpp>
#include <tidings/hub/topic_options.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tidings::detail {

/// The last events of a topic, within its bounds. Among them, in order, is text that clients dispatch nothing
/// for (comments, retry times): it is there for those who follow already, and takes no event's place.
///
/// An event has a number, which rises within its order, and a place, which rises by one within the topic and
/// which comments have, too. Clients know numbers, and followers places. Pure: time is an argument. Not
/// thread-safe.
class history
{
public:
    /// The options outlive it.
    explicit history(topic_options const& options);

    // Adding

    /// Adds the newest event, whose place this sets, and forgets what is then too much. The number of the
    /// event that it supersedes, if any.
    std::optional<std::uint64_t> add(kept_event added);
    /// Adds text that clients dispatch nothing for.
    void add_comment(internal::shared_frame text, std::uint64_t newest_number, time_point now);

    /// Whether so many events can be added without the loss of one from place `needed` on.
    bool has_room(std::size_t events, std::size_t bytes, std::uint64_t needed) const;

    /// Forgets what is too old, or too much with what it is in content codings, which grows after it was
    /// added; but nothing from place `needed` on.
    void forget_old(time_point now, std::uint64_t needed);
    /// Forgets comments in front of place `needed`: all who follow have them.
    void forget_comments(std::uint64_t needed);
    /// Forgets the oldest events until so many bytes are free, but none from place `needed` on, and not the
    /// newest. The number of events.
    std::size_t give_up(std::size_t bytes, std::uint64_t needed);
    /// Events up to that number are gone, and their clients have to be told.
    void lose_up_to(std::uint64_t number);
    /// Forgets everything, and what was ever lost: the numbers to come are of another life.
    void begin_anew();

    /// The ids that publishers have brought.
    own_ids& ids() noexcept { return ids_; }
    own_ids const& ids() const noexcept { return ids_; }

    // Reading

    /// The place behind the newest event's.
    std::uint64_t end() const noexcept { return ring_.end_place(); }
    /// Those who have everything before this place have lost nothing. Comments that are gone are no loss.
    std::uint64_t begin() const noexcept { return begin_; }
    /// Events.
    std::size_t count() const noexcept { return ring_.events(); }
    /// Entries, also of comments and of events that newer ones have replaced.
    std::size_t slots() const noexcept { return ring_.size(); }
    /// Of the events' text, and of what they are in content codings.
    std::size_t bytes() const noexcept { return ring_.event_bytes() + ring_.coded_bytes(); }
    /// About what everything here takes of the memory.
    std::size_t memory() const noexcept { return ring_.memory() + ids_.memory(); }
    /// Of what is there from that place on.
    std::uint64_t bytes_from(std::uint64_t place) const { return ring_.bytes_from(place); }
    /// Events that have left the history so far because there was no room.
    std::uint64_t evicted() const noexcept { return evicted_; }
    bool has_comments() const noexcept { return ring_.comments() > 0; }

    /// Appends to `into` what is there from a place on, at most `limit`, and says where to go on.
    void copy(std::uint64_t from, std::size_t limit, batch& into) const;
    /// What is there from a place on; behind it also what is superseded.
    using range = std::ranges::subrange<event_ring::iterator>;
    range from(std::uint64_t place) const;
    /// Passes over what is superseded at the front.
    static void skip_dead(range& of);

    /// Where a follower goes on.
    struct entry_point
    {
        std::uint64_t next;
        gap missing = gap::none;
    };
    /// For a start other than behind an id.
    entry_point find(start_position from) const;
    /// Behind a number of the order, whose newest event has the number `newest`.
    entry_point find_behind(std::uint64_t number, std::uint64_t newest) const;

    /// Who has been given everything before that place comes back with this number: nothing behind the place
    /// is up to it, and what is lost is behind it.
    std::uint64_t number_before(std::uint64_t place, std::uint64_t newest) const;
    /// Of the newest event that the topic has had; 0 when it had none.
    std::uint64_t newest_number() const noexcept { return newest_number_; }
    /// The newest event's own id; empty when it has none.
    std::string const& newest_own_id() const noexcept { return newest_own_id_; }
    /// Whether the event of that number is there, or a newer one of its key.
    bool has_event(std::uint64_t number) const;
    /// The oldest event; null when there is none.
    kept_event const* oldest() const;

private:
    std::size_t max_events() const noexcept;
    bool is_full() const noexcept;
    bool has_too_many_comments() const noexcept;
    void forget_first();

    topic_options const& options_;
    event_ring ring_;
    own_ids ids_;
    std::unordered_map<std::string, std::uint64_t> latest_; // places by key
    std::uint64_t begin_ = 1;
    std::uint64_t lost_up_to_ = 0; // the newest number that is gone and is missed
    std::uint64_t newest_number_ = 0;
    std::string newest_own_id_;
    std::uint64_t evicted_ = 0;
};

} // namespace tidings::detail
