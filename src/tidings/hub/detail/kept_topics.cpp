// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/kept_topics.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tidings::detail {

namespace {

// What a topic takes beside its events.
constexpr std::size_t topic_overhead = 2048;

// At most so many topics are looked at for one that can go: each look moves on those that cannot. Where
// others can be shortened, at most a few.
constexpr std::size_t look_at = 1'000;
constexpr std::size_t look_first_at = 32;

// The place of one whose readers need all that it has: it is asked again in its turn.
constexpr std::size_t passed_over = 1;

constexpr std::size_t forgotten_slots = 1024;

bool is_used(topic_state const& which)
{
    return which.in_registry.kept.use_count() > 1 || which.has_events_on_their_way();
}

} // namespace

void kept_topics::make_room(bool for_publisher, victims& gone)
{
    if (count() < options_.max_topics || take_one(with_store_, look_at, gone) ||
        (for_publisher && take_one(in_memory_, look_at, gone)))
        return;
    throw too_many_topics(
        fmt::format("tidings: there are {} topics with events, and none of them can make room, since all are "
                    "in use or {} (see topic_registry_options::max_topics)",
                    count(), for_publisher ? "were so a moment ago" : "would lose their events"));
}

void kept_topics::add(topic_state& which, time_point now)
{
    kept_entry& of = which.in_registry;
    of.kept = which.shared_from_this();
    of.last_used = now;
    of.used = by_use_.insert(by_use_.end(), &which);
    of.published = beside(which).insert(beside(which).end(), &which);
    of.placed = by_bytes_.emplace(0, &which);
    ++totals_.topics;
    count_bytes(which);
}

void kept_topics::use(topic_state& which, time_point now)
{
    kept_entry& of = which.in_registry;
    by_use_.splice(by_use_.end(), by_use_, of.used);
    of.last_used = now;
    of.was_in_use = true;
}

void kept_topics::expire(std::size_t most, time_point now, victims& gone)
{
    most = std::min(most, by_use_.size());
    for (std::size_t i = 0; i < most; ++i) {
        topic_state& oldest = *by_use_.front();
        kept_entry& of = oldest.in_registry;
        if (now - of.last_used < options_.unused_timeout)
            break;
        // New handles come from the registry, under its lock, or from other handles: a topic without any
        // stays so. Nobody says when a use ends, so the time counts from the first look that finds it ended.
        if (bool const used = is_used(oldest); std::exchange(of.was_in_use, used) || used) {
            of.last_used = now;
            by_use_.splice(by_use_.end(), by_use_, of.used);
        } else {
            ++totals_.expired;
            take_out(oldest, gone);
        }
    }
}

void kept_topics::clear(victims& gone)
{
    while (!by_use_.empty())
        take_out(*by_use_.front(), gone);
}

kept_entry::queue& kept_topics::beside(topic_state const& which) noexcept
{
    return which.has_store() ? with_store_ : in_memory_;
}

// The longest unpublished that nobody uses; those in use are in nobody's way at the end.
bool kept_topics::take_one(kept_entry::queue& from, std::size_t most, victims& gone)
{
    for (std::size_t left = std::min(most, from.size()); left > 0; --left) {
        ++looks_;
        topic_state& oldest = *from.front();
        if (!is_used(oldest)) {
            totals_.evicted += !oldest.has_store();
            take_out(oldest, gone);
            return true;
        }
        from.splice(from.end(), from, from.begin());
    }
    return false;
}

void kept_topics::take_out(topic_state& which, victims& gone)
{
    kept_entry& of = which.in_registry;
    if (!which.has_store()) {
        forgotten_.resize(forgotten_slots);
        std::uint64_t& slot = forgotten_[std::hash<std::string_view>()(which.name()) % forgotten_slots];
        slot = std::max(slot, which.events().newest_number());
    }
    by_use_.erase(of.used);
    beside(which).erase(of.published);
    by_bytes_.erase(of.placed);
    totals_.bytes -= std::exchange(of.bytes, 0);
    --totals_.topics;
    gone.push_back(std::move(of.kept));
}

std::uint64_t kept_topics::lost_up_to(std::string_view name) const noexcept
{
    return forgotten_.empty() ? 0 : forgotten_[std::hash<std::string_view>()(name) % forgotten_slots];
}

void kept_topics::on_change(topic_state& which, victims& gone)
{
    kept_entry::queue& others = beside(which);
    others.splice(others.end(), others, which.in_registry.published);
    count_bytes(which);
    if (!has_too_much())
        too_much_ = options_.kept_bytes;
    if (totals_.bytes > std::max(too_much_, options_.kept_bytes))
        free_bytes(gone);
}

void kept_topics::count_bytes(topic_state& which)
{
    kept_entry& of = which.in_registry;
    std::size_t const now = which.events().memory() + topic_overhead;
    totals_.bytes += now - of.bytes;
    of.bytes = now;
    if (now > of.placed->first && which.events().count() > 1)
        place(which, now + now / 4); // the next events change nothing
}

void kept_topics::place(topic_state& which, std::size_t bytes)
{
    auto moved = by_bytes_.extract(which.in_registry.placed);
    moved.key() = bytes;
    which.in_registry.placed = by_bytes_.insert(std::move(moved));
}

// What cannot be freed now is tried again when a little more has been added. What a store keeps costs nothing
// to forget.
void kept_topics::free_bytes(victims& gone)
{
    while (has_too_much() && take_one(with_store_, look_first_at, gone)) {
    }
    shorten_largest();
    while (has_too_much() && take_one(in_memory_, look_at, gone)) {
    }
    too_much_ = has_too_much() ? totals_.bytes + options_.kept_bytes / 32 : options_.kept_bytes;
}

// In steps, so that those that hold about as much share the loss. The largest is found to within a quarter.
// Of those that were passed over one takes part again, so none of them has to say that its readers have got
// on.
void kept_topics::shorten_largest()
{
    auto const again = by_bytes_.lower_bound(passed_over);
    if (again != by_bytes_.end() && again->first == passed_over)
        place(*again->second, again->second->in_registry.bytes);
    while (has_too_much() && !by_bytes_.empty() && by_bytes_.begin()->first > passed_over) {
        ++looks_;
        shorten(*by_bytes_.begin()->second);
    }
}

void kept_topics::shorten(topic_state& largest)
{
    kept_entry& of = largest.in_registry;
    std::size_t const place_before = of.placed->first;
    bool const has_shrunk = of.bytes < place_before - place_before / 4; // then it only takes its true place
    std::size_t const wanted = has_shrunk ? 0 : std::min(totals_.bytes - options_.kept_bytes, of.bytes / 8);
    std::size_t const events = largest.give_up(wanted);
    totals_.events_given_up += events;
    std::size_t const now = largest.events().memory() + topic_overhead;
    totals_.bytes -= of.bytes - now;
    of.bytes = now;
    if (largest.events().count() <= 1)
        place(largest, 0);
    else if (events > 0 || now < place_before)
        place(largest, now);
    else
        place(largest, passed_over);
}

} // namespace tidings::detail
