// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/history.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::test {

inline constexpr time_point start{};

/// For `forget_old` and `has_room_for_drafts`: there are no followers.
inline constexpr std::uint64_t nothing_needed = std::numeric_limits<std::uint64_t>::max();

/// Keeps one event, and tells its id.
inline std::string add(detail::history& to, event const& value, time_point now = start,
                       std::string_view key = {})
{
    auto added = to.prepare(value, key);
    std::string id = added.id;
    to.keep(std::move(added), now);
    return id;
}

/// The wire text of what is kept.
inline std::vector<std::string> texts_from(detail::history const& kept, std::uint64_t from)
{
    detail::batch events;
    kept.copy(from, 100, events);
    std::vector<std::string> all;
    for (auto const& each : events.frames)
        all.emplace_back(each.text());
    return all;
}

inline void comment(detail::history& to)
{
    to.keep(to.prepare_unnamed(": beat\n\n"), start);
}

} // namespace tidings::test
