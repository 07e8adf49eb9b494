// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/history.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

history::history(topic_options const& options)
    : options_(options), ring_(options.compression != nullptr),
      ids_(std::max<std::size_t>(options.max_events, 1))
{}

std::optional<std::uint64_t> history::add(kept_event added)
{
    std::optional<std::uint64_t> superseded;
    newest_number_ = added.number;
    newest_own_id_ = added.own_id;
    if (added.key) {
        auto const [known, is_new] = latest_.try_emplace(*added.key, end());
        if (!is_new) {
            kept_event old = ring_.empty(std::exchange(known->second, end()));
            ids_.retire(std::move(old.own_id));
            superseded = old.number;
        }
    }
    ring_.push(std::move(added));
    while (is_full())
        forget_first();
    ring_.sweep();
    return superseded;
}

// Comments have bounds like those of the events, and of their own.
void history::add_comment(internal::shared_frame text, std::uint64_t newest_number, time_point now)
{
    ring_.push({.number = newest_number, .frame = std::move(text), .added = now, .is_comment = true});
    while (has_too_many_comments())
        (void)ring_.empty(ring_.oldest_comment());
    ring_.sweep();
}

std::size_t history::max_events() const noexcept
{
    return std::max<std::size_t>(options_.max_events, 1);
}

bool history::is_full() const noexcept
{
    return count() > max_events() || (ring_.event_bytes() > options_.history_bytes && count() > 1);
}

bool history::has_too_many_comments() const noexcept
{
    return ring_.comments() > max_events() ||
           (ring_.comment_bytes() > options_.history_bytes && ring_.comments() > 1);
}

bool history::has_room(std::size_t events, std::size_t more_bytes, std::uint64_t needed) const
{
    std::size_t kept_count = count();
    std::size_t kept_bytes = ring_.event_bytes();
    auto const fits = [&] {
        return kept_count + events <= max_events() && kept_bytes + more_bytes <= options_.history_bytes;
    };
    for (kept_event const& each : ring_) {
        if (each.is_dead || each.is_comment)
            continue;
        if (fits() || each.place >= needed)
            return fits();
        --kept_count;
        kept_bytes -= each.frame.text().size();
    }
    // All of them may be kept before a follower has had its turn: none may push out another.
    return events <= 1 || fits();
}

void history::forget_first()
{
    kept_event oldest = ring_.pop_front();
    if (oldest.is_dead || oldest.is_comment)
        return;
    if (oldest.key)
        latest_.erase(*oldest.key);
    ids_.retire(std::move(oldest.own_id));
    begin_ = oldest.place + 1;
    lost_up_to_ = oldest.number;
    ++evicted_;
}

void history::forget_old(time_point now, std::uint64_t needed)
{
    auto const is_too_old = [&](kept_event const& oldest) {
        return options_.history_age > duration::zero() &&
               (oldest.is_dead || now - oldest.added > options_.history_age);
    };
    while (count() > 1 && ring_.front().place < needed &&
           (is_too_old(ring_.front()) || bytes() > options_.history_bytes))
        forget_first();
}

void history::forget_comments(std::uint64_t needed)
{
    while (has_comments() && ring_.oldest_comment() < needed)
        (void)ring_.empty(ring_.oldest_comment());
    ring_.sweep();
}

std::size_t history::give_up(std::size_t bytes, std::uint64_t needed)
{
    std::size_t const held = memory();
    std::size_t const wanted = held - std::min(bytes, held);
    std::size_t const before = count();
    while (memory() > wanted && count() > 1 && ring_.front().place < needed)
        forget_first();
    return before - count();
}

void history::lose_up_to(std::uint64_t number)
{
    while (!ring_.is_empty() && ring_.front().number <= number)
        forget_first();
    lost_up_to_ = std::max(lost_up_to_, number);
    if (number <= newest_number_)
        return;
    newest_number_ = number;
    newest_own_id_.clear();
}

void history::begin_anew()
{
    while (!ring_.is_empty())
        forget_first();
    begin_ = end();
    ids_ = own_ids(max_events());
    lost_up_to_ = 0;
    newest_number_ = 0;
    newest_own_id_.clear();
}

void history::copy(std::uint64_t from, std::size_t limit, batch& into) const
{
    into.next = std::max(from, end());
    for (auto at = ring_.find(from); at != ring_.end(); ++at) {
        if (at->is_dead)
            continue;
        if (into.size() == limit) {
            into.next = at->place;
            break;
        }
        into.add(origin_of(*at), at->frame);
    }
}

void history::skip_dead(range& of)
{
    while (!of.empty() && of.front().is_dead)
        of.advance(1);
}

history::range history::from(std::uint64_t place) const
{
    range found(ring_.find(place), ring_.end());
    skip_dead(found);
    return found;
}

history::entry_point history::find(start_position from) const
{
    if (from.what() == start_position::kind::oldest)
        return {begin_};
    std::uint64_t next = end();
    std::size_t left = from.what() == start_position::kind::last ? from.count() : 0;
    for (auto at = ring_.end(); at != ring_.begin() && left > 0;) {
        --at;
        if (at->is_dead || at->is_comment)
            continue;
        next = at->place;
        --left;
    }
    return {next};
}

history::entry_point history::find_behind(std::uint64_t number, std::uint64_t newest) const
{
    if (number > newest)
        return {end(), gap::unknown_id};
    if (number < lost_up_to_)
        return {end(), gap::evicted};
    auto const first = ring_.find_behind(number);
    return {first == ring_.end() ? end() : first->place};
}

std::uint64_t history::number_before(std::uint64_t place, std::uint64_t newest) const
{
    if (place < begin_) // what is lost is behind it
        return lost_up_to_ - 1;
    range const left = from(place);
    if (left.empty())
        return newest;
    return left.front().is_comment ? left.front().number : left.front().number - 1;
}

bool history::has_event(std::uint64_t number) const
{
    auto at = ring_.find_behind(number - std::min<std::uint64_t>(number, 1));
    while (at != ring_.end() && at->is_comment) // they have the numbers of others
        ++at;
    return at != ring_.end() && at->number == number;
}

kept_event const* history::oldest() const
{
    for (kept_event const& each : ring_)
        if (!each.is_dead && !each.is_comment)
            return &each;
    return nullptr;
}

} // namespace tidings::detail
