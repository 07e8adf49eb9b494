// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/internal/shared_frame.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tidings::detail {

/// How many events are read at once, and leave in one gathered write.
inline constexpr std::size_t batch_limit = 64;

/// Whether a frame of a topic is an event. Comments and retry times have no id.
inline bool has_id(internal::shared_frame const& frame)
{
    return frame.text().starts_with("id:");
}

/// Some events of a topic, in order.
struct batch
{
    std::vector<internal::shared_frame> frames;
    std::vector<std::uint64_t> numbers; ///< of the frames
    std::uint64_t from = 0;             ///< what was asked for
    std::uint64_t next = 0;             ///< what to ask for then
    std::uint64_t oldest = 0;           ///< the history began here
    bool is_behind = false;             ///< what was asked for has left the history
    bool is_last = false;               ///< the topic is closed, and nothing comes after these
    std::uint32_t disconnects = 0;      ///< how often the topic has sent its followers away

    std::size_t size() const noexcept { return frames.size(); }

    void clear()
    {
        frames.clear();
        numbers.clear();
    }

    void add(std::uint64_t number, internal::shared_frame frame)
    {
        numbers.push_back(number);
        frames.push_back(std::move(frame));
    }
};

} // namespace tidings::detail
