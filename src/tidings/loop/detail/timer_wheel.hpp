// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/list.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace tidings::detail {

/// A place in a timer wheel. Owned by whoever waits; it must be removed before it is destroyed.
struct wheel_entry : internal::list_link
{
    std::uint64_t when = 0; ///< in ticks
};

/// A hierarchical timer wheel: six levels of 64 slots, each level 64 times as coarse as the one below.
/// Adding and removing cost the same for one entry and for a million; an entry moves down a level at most
/// five times in its life. Time is an argument, in ticks (a loop uses milliseconds). Not thread-safe.
class timer_wheel
{
public:
    timer_wheel() = default;
    timer_wheel(timer_wheel const&) = delete;
    timer_wheel& operator=(timer_wheel const&) = delete;

    /// The entry falls due at tick `when`; what lies in the past is due at once.
    void add(wheel_entry& entry, std::uint64_t when) noexcept;

    /// Removes a linked entry.
    void remove(wheel_entry& entry) noexcept;

    /// The next tick at which `expire` has work to do. It never lies after the earliest entry, and may lie
    /// before it, when a coarse slot of many entries has to be spread over finer ones.
    std::optional<std::uint64_t> next_due() noexcept;

    /// Takes out and returns one entry that is due at `now` or earlier, in the order of their ticks; null
    /// when there is none. Call it until it returns null. `now` never decreases.
    wheel_entry* expire(std::uint64_t now) noexcept;

    bool is_empty() const noexcept { return size_ == 0; }
    std::size_t size() const noexcept { return size_; }

private:
    static constexpr unsigned level_bits = 6;
    static constexpr unsigned slots_per_level = 1u << level_bits;
    static constexpr unsigned levels = 6;

    struct level
    {
        std::uint64_t occupied = 0; // a set bit may be stale: removing does not clear it
        std::array<internal::link_list, slots_per_level> slots;
    };
    struct due_slot
    {
        unsigned level;
        unsigned slot;
        std::uint64_t when;
    };

    std::optional<due_slot> next_slot() noexcept;
    std::uint64_t earliest_of(due_slot const& coarse) noexcept;
    void spread(internal::link_list& slot) noexcept;

    std::uint64_t elapsed_ = 0;
    std::size_t size_ = 0;
    std::array<level, levels> levels_;
};

} // namespace tidings::detail
