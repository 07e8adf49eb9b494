// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/start_position.hpp>
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
};

/// The last events of a topic, numbered from 1. Pure: time is an argument. Not thread-safe.
class history
{
public:
    history(topic_options const& options, std::string epoch);

    /// Encodes the event, under its own id or the next one of the topic, and keeps it; returns its id. Throws
    /// `std::invalid_argument` for what cannot be sent, and for an own id that is in the history already.
    std::string add(event const& value, time_point now);

    void forget_old(time_point now);

    /// The number of the event behind the newest one.
    std::uint64_t end() const noexcept { return first_ + entries_.size(); }
    /// The number of the oldest event kept; `end()` when there is none.
    std::uint64_t begin() const noexcept { return first_; }

    /// Appends to `into` the frames from number `from` on, at most `limit`.
    void copy(std::uint64_t from, std::size_t limit, std::vector<shared_frame>& into) const;

    /// The number of the first event to send.
    struct place
    {
        std::uint64_t next;
        gap missing = gap::none;
    };
    place find(start_position from) const;
    place find_after(std::string_view id) const;

    std::string id_of(std::uint64_t number) const;
    /// The id of the newest event, also of one that is forgotten.
    std::string position() const
    {
        return end() == 1 || newest_id_.empty() ? id_text(end() - 1) : newest_id_;
    }
    /// The id of the oldest event kept; empty when there is none.
    std::string oldest() const { return entries_.empty() ? std::string() : id_of(first_); }

private:
    struct entry
    {
        shared_frame frame;
        time_point added;
        std::string own_id;
    };

    std::string id_text(std::uint64_t number) const;
    void forget_first();

    topic_options const& options_;
    std::string epoch_;
    std::uint64_t first_ = 1;
    std::size_t bytes_ = 0;
    std::deque<entry> entries_;
    std::string newest_id_;
    std::unordered_map<std::string_view, std::uint64_t> own_ids_; // views of the entries' ids
};

} // namespace tidings::detail
