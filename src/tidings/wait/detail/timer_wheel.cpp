// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/timer_wheel.hpp>

#include <algorithm>
#include <bit>

namespace tidings::detail {

namespace {

// A slot is the head of a circular list.
void make_empty(wheel_entry& head) noexcept
{
    head.prev = &head;
    head.next = &head;
}

bool is_empty_list(wheel_entry const& head) noexcept
{
    return head.next == &head;
}

void push_back(wheel_entry& head, wheel_entry& entry) noexcept
{
    entry.prev = head.prev;
    entry.next = &head;
    head.prev->next = &entry;
    head.prev = &entry;
}

void unlink(wheel_entry& entry) noexcept
{
    entry.prev->next = entry.next;
    entry.next->prev = entry.prev;
    entry.prev = nullptr;
    entry.next = nullptr;
}

} // namespace

timer_wheel::timer_wheel() noexcept
{
    for (level& each : levels_)
        for (wheel_entry& slot : each.slots)
            make_empty(slot);
}

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
    push_back(levels_[index].slots[slot], entry);
    ++size_;
}

void timer_wheel::remove(wheel_entry& entry) noexcept
{
    unlink(entry);
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
            if (is_empty_list(at.slots[slot])) {
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
    if (auto const slot = next_slot())
        return slot->when;
    return std::nullopt;
}

wheel_entry* timer_wheel::expire(std::uint64_t now) noexcept
{
    while (auto const due = next_slot()) {
        if (due->when > now)
            break;
        elapsed_ = due->when;
        wheel_entry& slot = levels_[due->level].slots[due->slot];
        if (due->level == 0) {
            wheel_entry* const first = slot.next;
            remove(*first);
            return first;
        }
        levels_[due->level].occupied &= ~(std::uint64_t{1} << due->slot);
        spread(slot);
    }
    elapsed_ = std::max(elapsed_, now);
    return nullptr;
}

void timer_wheel::spread(wheel_entry& slot) noexcept
{
    wheel_entry waiting;
    make_empty(waiting);
    while (!is_empty_list(slot)) {
        wheel_entry& entry = *slot.next;
        unlink(entry);
        push_back(waiting, entry);
    }
    while (!is_empty_list(waiting)) {
        wheel_entry& entry = *waiting.next;
        remove(entry);
        add(entry, entry.when);
    }
}

} // namespace tidings::detail
