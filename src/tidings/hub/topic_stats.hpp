// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace tidings {

/// What a topic has seen, and what it holds now.
struct topic_stats
{
    std::uint64_t published = 0;  ///< events that followers could get; comments are none
    std::uint64_t superseded = 0; ///< of these, replaced by a newer one of the same key
    std::uint64_t refused = 0;    ///< publishes that came back with `would_block`
    std::uint64_t not_kept = 0;   ///< publishes that the store could not keep
    std::uint64_t dropped = 0;    ///< events times followers that did not get them, see `overflow`
    std::uint64_t cut = 0;        ///< followers cut because they fell behind the history

    std::size_t subscribers = 0; ///< streams and subscriptions that follow
    std::size_t lagging = 0;     ///< of these, those that are given what they miss as they can take it
    std::uint64_t max_lag = 0;   ///< how many numbers the last of them is behind the newest event

    std::size_t history_count = 0; ///< events in the history
    std::size_t history_bytes = 0; ///< of their text
};

} // namespace tidings
