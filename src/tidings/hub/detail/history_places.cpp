// SPDX-License-Identifier: BSL-1.0
// The ids of a history: where they lead to, and what they are.
#include <tidings/hub/detail/history.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace tidings::detail {

std::string history::id_text(std::uint64_t number) const
{
    return fmt::format("{}-{}", epoch_, number);
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
        return own->second <= newest_ ? place{own->second + 1} : place{end(), gap::unknown_id};
    if (id == newest_own_id_ && !id.empty())
        return {end()};
    auto const dash = id.rfind('-');
    std::uint64_t number = 0;
    std::string_view const digits = dash == std::string_view::npos ? std::string_view() : id.substr(dash + 1);
    auto const [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || last != digits.data() + digits.size() || dash != epoch_.size())
        return {end(), gap::unknown_id};
    if (id.substr(0, dash) != epoch_)
        return {end(), gap::restarted};
    if (number >= end())
        return {end(), gap::unknown_id};
    if (number + 1 < begin_)
        return {end(), gap::evicted};
    return {number + 1};
}

std::string history::oldest() const
{
    for (entry const& each : entries_)
        if (each.is_named && !each.is_dead)
            return each.own_id.empty() ? id_text(each.number) : each.own_id;
    return {};
}

} // namespace tidings::detail
