// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/detail/timer_wheel.hpp>

#include <algorithm>
#include <bit>

namespace tidings::detail {

void timer_wheel::add(wheel_entry& entry, std::uint64_t when) noexcept
{
    entry.when = when;
    // The level is where the highest bit stands in which the tick differs from now; what lies further away
    // than the top level reaches waits in its last slot and is looked at again from there.
    constexpr std::uint64_t reach = std::uint64_t{slots_per_level - 1} << (level_bits * (levels - 1));
    std::uint64_t const due = std::clamp(when, elapsed_, elapsed_ + reach);
    std::uint64_t const difference = (due ^ elapsed_) | (slots_per_level - 1);
    unsigned const highest_bit = 63u - static_cast<unsigned>(std::countl_zero(difference));
    unsigned const index = std::min(highest_bit / level_bits, levels - 1);
    unsigned const slot = (due >> (index * level_bits)) % slots_per_level;
    levels_[index].occupied |= std::uint64_t{1} << slot;
    levels_[index].slots[slot].push_back(entry);
    ++size_;
}

void timer_wheel::remove(wheel_entry& entry) noexcept
{
    entry.unlink();
    --size_;
}

std::optional<timer_wheel::due_slot> timer_wheel::next_slot() noexcept
{
    // All of a level falls due before anything in the level above, so the first occupied one decides.
    for (unsigned index = 0; index < levels; ++index) {
        level& at = levels_[index];
        while (at.occupied != 0) {
            unsigned const shift = index * level_bits;
            unsigned const current = (elapsed_ >> shift) % slots_per_level;
            unsigned const ahead =
                static_cast<unsigned>(std::countr_zero(std::rotr(at.occupied, static_cast<int>(current))));
            unsigned const slot = (current + ahead) % slots_per_level;
            if (at.slots[slot].is_empty()) {
                at.occupied &= ~(std::uint64_t{1} << slot);
                continue;
            }
            std::uint64_t const slot_start = ((elapsed_ >> shift) + ahead) << shift;
            return due_slot{index, slot, std::max(slot_start, elapsed_)};
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> timer_wheel::next_due() noexcept
{
    auto const due = next_slot();
    if (!due)
        return std::nullopt;
    return due->level == 0 ? due->when : earliest_of(*due);
}

// Of few entries: nobody need wake for a slot before one of them is due. Of many, the start of their slot.
std::uint64_t timer_wheel::earliest_of(due_slot const& coarse) noexcept
{
    constexpr int few = 8;
    internal::link_list& slot = levels_[coarse.level].slots[coarse.slot];
    internal::list_link* at = &slot.front();
    std::uint64_t earliest =
        coarse.when + (std::uint64_t{1} << (coarse.level * level_bits)); // the slot's end
    for (int seen = 0; at; at = slot.after(*at)) {
        if (++seen > few)
            return coarse.when;
        earliest = std::min(earliest, static_cast<wheel_entry*>(at)->when);
    }
    return std::max(earliest, coarse.when);
}

wheel_entry* timer_wheel::expire(std::uint64_t now) noexcept
{
    while (auto const due = next_slot()) {
        if (due->when > now)
            break;
        elapsed_ = due->when;
        internal::link_list& slot = levels_[due->level].slots[due->slot];
        if (due->level == 0) {
            auto& first = static_cast<wheel_entry&>(slot.front());
            remove(first);
            return &first;
        }
        levels_[due->level].occupied &= ~(std::uint64_t{1} << due->slot);
        spread(slot);
    }
    elapsed_ = std::max(elapsed_, now);
    return nullptr;
}

void timer_wheel::spread(internal::link_list& slot) noexcept
{
    internal::link_list waiting; // what lies too far away comes back into the same slot
    while (!slot.is_empty()) {
        internal::list_link& entry = slot.front();
        entry.unlink();
        waiting.push_back(entry);
    }
    while (!waiting.is_empty()) {
        auto& entry = static_cast<wheel_entry&>(waiting.front());
        remove(entry);
        add(entry, entry.when);
    }
}

} // namespace tidings::detail
