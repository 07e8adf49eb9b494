// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/internal/shared_frame.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tidings::detail {

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
    std::uint64_t place = 0;  ///< in its topic
    std::uint64_t number = 0; ///< in its order; of a comment that of the event before it
    bool has_own_id = false;  ///< its publisher's
};

/// Some events of a topic, in order.
struct batch
{
    std::vector<internal::shared_frame> frames;
    std::vector<origin> origins;   ///< of the frames
    std::uint64_t next = 0;        ///< the place to go on from
    std::uint64_t oldest = 0;      ///< the history began here
    bool has_own_ids = false;      ///< one of them
    bool is_behind = false;        ///< what was asked for has left the history
    bool is_last = false;          ///< the topic is closed, and nothing comes after these
    std::uint32_t disconnects = 0; ///< how often the topic has sent its followers away

    std::size_t size() const noexcept { return frames.size(); }
    bool is_full() const noexcept { return frames.size() == batch_limit; }

    void clear()
    {
        frames.clear();
        origins.clear();
        has_own_ids = false;
    }

    void add(origin const& from, internal::shared_frame frame)
    {
        origins.push_back(from);
        frames.push_back(std::move(frame));
        has_own_ids |= from.has_own_id;
    }
};

} // namespace tidings::detail
