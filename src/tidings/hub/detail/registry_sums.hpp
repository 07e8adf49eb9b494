// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cstddef>

namespace tidings::detail {

/// What all topics of a registry hold together. Safe from any thread.
struct registry_sums
{
    /// What a topic takes beside its events. Also what it may hold more than it has told of.
    static constexpr std::size_t topic_overhead = 2048;

    explicit registry_sums(std::size_t max_bytes) : max_bytes(max_bytes), too_much(max_bytes) {}

    /// Adds a difference; whether the registry has to look for something to give up.
    bool has_too_much(std::size_t difference) noexcept
    {
        std::size_t const sum = bytes += difference;
        if (sum <= max_bytes && too_much.load(std::memory_order_relaxed) != max_bytes)
            too_much = max_bytes;
        return sum > too_much.load(std::memory_order_relaxed);
    }

    std::size_t const max_bytes;
    std::atomic<std::size_t> too_much; ///< more than `max_bytes` when nothing could be given up
    std::atomic<std::size_t> bytes{0}; ///< of those that have been published to
    std::atomic<std::size_t> blank{0}; ///< topics that are followed and were never published to
};

} // namespace tidings::detail
