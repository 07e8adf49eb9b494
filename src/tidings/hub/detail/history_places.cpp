// SPDX-License-Identifier: BSL-1.0
// The ids of a history: where they lead to, and what they are.
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/history.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

std::string history::id_text(std::uint64_t number) const
{
    return automatic_id{.epoch = epoch_, .number = number}.text();
}

std::string history::logged_id_text(std::uint64_t number) const
{
    if (number >= newest_named_)
        return id_text(newest_named_);
    auto at = find_entry(number + 1);
    while (at != entries_.begin())
        if ((--at)->is_named)
            return id_text(at->number);
    return id_text(std::min(number, begin_ - 1));
}

history::place history::find(start_position from) const
{
    switch (from.what()) {
    case start_position::kind::newest:
        return {end()};
    case start_position::kind::oldest:
        return {begin_};
    case start_position::kind::last: {
        std::uint64_t next = end();
        std::size_t left = from.count();
        for (auto at = entries_.rbegin(); at != entries_.rend() && left > 0; ++at)
            if (at->is_named && !at->is_dead) {
                next = at->number;
                --left;
            }
        return {next};
    }
    case start_position::kind::after:
        return find_after(from.id());
    }
    return {end()};
}

history::place history::find_after(std::string_view id) const
{
    if (auto const own = own_ids_.find(std::string(id)); own != own_ids_.end())
        return place_behind(own->second);
    auto const given = parse_automatic_id(id);
    if (!given || given->epoch.size() != epoch_.size())
        return {end(), gap::unknown_id};
    return given->epoch == epoch_ ? place_behind(given->number) : place_of_earlier(*given);
}

// Of an earlier life of the topic, or of another topic.
history::place history::place_of_earlier(automatic_id const& given) const
{
    auto const serial = serial_of(given.epoch, epoch_);
    if (!serial)
        return {end(), gap::restarted};
    bool const has_missed_nothing =
        given.number == 0 && *serial >= blank_since_ && *serial < serial_of(epoch_, epoch_).value_or(0);
    return has_missed_nothing ? place_behind(0) : place{end(), gap::evicted};
}

history::place history::place_behind(std::uint64_t number) const noexcept
{
    if (number >= end())
        return {end(), gap::unknown_id};
    if (number + 1 < begin_)
        return {end(), gap::evicted};
    return {number + 1};
}

bool history::recognizes(std::string_view id) const
{
    auto const given = parse_automatic_id(id);
    return own_ids_.contains(std::string(id)) || (given && given->epoch == epoch_);
}

std::string history::oldest() const
{
    for (entry const& each : entries_)
        if (each.is_named && !each.is_dead)
            return each.own_id.empty() ? id_text(each.number) : each.own_id;
    return {};
}

} // namespace tidings::detail
