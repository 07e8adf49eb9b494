// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/reset_text.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/stream/internal/shared_frame.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tidings::detail {

class cursor;
struct kept_event;

/// How many events are read at once, and leave in one gathered write.
inline constexpr std::size_t batch_limit = 64;

/// Whether a frame of a topic is an event. Comments and retry times have no id.
inline bool has_id(internal::shared_frame const& frame)
{
    return frame.text().starts_with("id:");
}

/// Where a frame of a topic is from.
struct origin
{
    std::uint64_t place = 0;                  ///< in its topic
    std::uint64_t number = 0;                 ///< in its order; of a comment that of the event before it
    time_point added{};                       ///< when it was published, or came from its store
    bool has_own_id = false;                  ///< its publisher's
    std::shared_ptr<std::string const> key{}; ///< null when it has none
};

origin origin_of(kept_event const& which);

/// Some events of a topic, in order.
struct batch
{
    std::vector<internal::shared_frame> frames;
    std::vector<origin> origins; ///< of the frames
    std::uint64_t next = 0;      ///< the place to go on from
    std::uint64_t oldest = 0;    ///< the history began here
    std::size_t unnamed = 0;     ///< of the frames, those that are no events
    bool is_behind = false;      ///< what was asked for has left the history
    bool is_last = false;        ///< the topic is closed, and nothing comes after these
    /// Events times streams that got them, since it was read: those who are told of the batch add to it, and
    /// it is at hand then.
    mutable std::uint64_t delivered = 0;
    std::uint32_t disconnects = 0; ///< how often the topic has sent its followers away

    std::size_t size() const noexcept { return frames.size(); }
    bool is_full() const noexcept { return frames.size() == batch_limit; }

    void clear()
    {
        frames.clear();
        origins.clear();
        unnamed = 0;
    }

    void add(origin const& from, internal::shared_frame frame)
    {
        origins.push_back(from);
        unnamed += has_id(frame) ? 0 : 1;
        frames.push_back(std::move(frame));
    }
};

/// Some events for one follower, from all topics of one order that it follows, by their numbers.
struct merged
{
    struct source : origin
    {
        std::size_t stop = 0; ///< index of its topic's
    };
    /// How far one cursor gets with these.
    struct stop
    {
        cursor* at = nullptr;
        std::uint64_t next = 0;
        std::uint64_t oldest = 0; ///< the topic's history begins here
        bool is_complete = false; ///< nothing is left behind these
        bool is_last = false;     ///< the topic is closed, and nothing comes after these
    };

    std::vector<internal::shared_frame> frames;
    std::vector<source> sources; ///< of the frames
    std::vector<stop> stops;
    std::size_t part = 0;      ///< which order, see `cursor_set`
    std::uint64_t up_to = 0;   ///< if all stops are complete: everything up to this number is done with them
    bool has_own_ids = false;  ///< one of them has its publisher's id
    cursor* behind = nullptr;  ///< what it wants has left the history, and its topic cuts
    cursor* passing = nullptr; ///< it passes over what has left the history, and goes on from `passing_to`
    std::uint64_t passing_to = 0;
    reset told; ///< what its client is told of that

    std::size_t size() const noexcept { return frames.size(); }
    cursor& cursor_of(std::size_t i) const noexcept { return *stops[sources[i].stop].at; }
    void add(source const& from, internal::shared_frame frame)
    {
        sources.push_back(from);
        frames.push_back(std::move(frame));
        has_own_ids |= from.has_own_id;
    }

    void clear()
    {
        frames.clear();
        sources.clear();
        stops.clear();
        has_own_ids = false;
        behind = passing = nullptr;
    }
};

/// Reads on at the places of all these cursors, of one order, at most `limit` events; takes the lock. Cursors
/// stay where they are.
void read_merged(std::span<cursor* const> from, std::size_t limit, merged& into);

/// The same from what they are told of in this turn.
void merge_live(std::span<cursor* const> told, merged& into);

} // namespace tidings::detail
