// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidings::detail {

/// UTF-8 text as a JSON string (RFC 8259, section 7), with its quotes.
std::string json_string(std::string_view text);

/// Why a follower cannot be brought up to date.
enum class gap
{
    none,
    evicted,     ///< what it wants has left the history, or the topic with it
    restarted,   ///< its id is of an earlier life of the order, in another process
    unknown_id,  ///< its id is nobody's
    overflowed,  ///< it was too slow, and the topic has dropped what it had not got
    rolled_back, ///< its store has lost what it had been given last
    moved,       ///< another store has the topic now
};

/// As it stands in the text.
std::string_view name_of(gap reason) noexcept;

/// What a follower is told when it cannot be brought up to date: the data of a `tidings-reset` event.
struct reset
{
    gap reason = gap::none;
    std::string oldest;        ///< the id of the oldest event that is there
    std::uint64_t dropped = 0; ///< of an overflow: numbers that were passed over
    std::string topic;         ///< of a stream of several topics
};

///     {"reason":"overflowed","oldest":"b2k4zq-17","dropped":3,"topic":"orders"}
///
/// `dropped` and `topic` are left out when they say nothing.
std::string to_json(reset const& value);

inline constexpr std::string_view reset_type = "tidings-reset";
/// Of an event that tells a client its place, with the same text as id and data.
inline constexpr std::string_view place_type = "tidings-place";
/// Of an event that tells a client whether what it follows is behind, since a store is away.
inline constexpr std::string_view stale_type = "tidings-stale";

} // namespace tidings::detail
