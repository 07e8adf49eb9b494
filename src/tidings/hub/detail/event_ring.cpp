// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_ring.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

void event_ring::push(kept_event added)
{
    if (coded_bytes_)
        added.frame.share(std::make_shared<internal::coded_forms>(coded_bytes_));
    std::size_t const bytes = added.frame.text().size();
    added.place = end_place_++;
    added.offset = all_bytes_;
    all_bytes_ += bytes;
    memory_ += memory_of(added);
    if (added.is_comment) {
        comments_.push_back(added.place);
        comment_bytes_ += bytes;
    } else {
        ++events_;
        event_bytes_ += bytes;
    }
    all_.push_back(std::move(added));
}

kept_event event_ring::empty(std::uint64_t place)
{
    kept_event& old = all_[static_cast<std::size_t>(find(place) - all_.begin())];
    count_out(old);
    kept_event gone = std::move(old);
    old = {.number = gone.number, .is_comment = gone.is_comment};
    old.place = gone.place;
    old.offset = gone.offset;
    old.is_dead = true;
    memory_ += memory_of(old);
    ++dead_;
    return gone;
}

kept_event event_ring::pop_front()
{
    kept_event oldest = std::move(all_.front());
    all_.pop_front();
    count_out(oldest);
    return oldest;
}

// Comments go in their order, wherever they are.
void event_ring::count_out(kept_event const& gone)
{
    std::size_t const bytes = gone.frame.text().size();
    memory_ -= memory_of(gone);
    if (gone.frame.forms())
        gone.frame.forms()->leave();
    if (gone.is_dead) {
        --dead_;
    } else if (gone.is_comment) {
        comments_.pop_front();
        comment_bytes_ -= bytes;
    } else {
        --events_;
        event_bytes_ -= bytes;
    }
}

void event_ring::sweep()
{
    constexpr std::size_t worth_it = 64;
    if (dead_ < worth_it || dead_ < events_)
        return;
    std::erase_if(all_, [&](kept_event const& each) {
        if (each.is_dead)
            memory_ -= memory_of(each);
        return each.is_dead;
    });
    dead_ = 0;
}

event_ring::iterator event_ring::find(std::uint64_t place) const
{
    return std::ranges::lower_bound(all_, place, {}, &kept_event::place);
}

event_ring::iterator event_ring::find_behind(std::uint64_t number) const
{
    return std::ranges::upper_bound(all_, number, {}, &kept_event::number);
}

std::uint64_t event_ring::bytes_from(std::uint64_t place) const
{
    auto const first = find(place);
    return first == all_.end() ? 0 : all_bytes_ - first->offset;
}

// The entry itself, and the block of its text with its count and its chunk; what it is in a coding is counted
// when it is made.
std::size_t event_ring::memory_of(kept_event const& of) noexcept
{
    constexpr std::size_t overhead = 256;
    std::size_t const key_size = of.key ? of.key->size() : 0;
    std::size_t const forms_size = of.frame.forms() ? sizeof(internal::coded_forms) : 0;
    return overhead + forms_size + of.frame.text().size() + 2 * (of.own_id.size() + key_size);
}

} // namespace tidings::detail
