// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/history.hpp>
#include <tidings/hub/detail/prepared_event.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::test {

inline constexpr time_point start{};

/// For `forget_old` and `has_room`: there are no followers.
inline constexpr std::uint64_t nothing_needed = std::numeric_limits<std::uint64_t>::max();

/// A history whose events are numbered as those of a topic that stands alone.
class numbered_history : public detail::history
{
public:
    explicit numbered_history(topic_options const& options) : history(options) {}

    /// Adds one event, and tells its id.
    std::string add_event(event const& value, time_point now = start, std::string_view key = {})
    {
        auto made = detail::prepare(value, key, epoch);
        ids().require_new(made.own_id);
        detail::give_number(made, newest + 1, epoch);
        ids().add(made.own_id, made.number);
        newest = made.number;
        made.added = now;
        std::string id = detail::id_of(made.own_id, made.number, epoch);
        replaced = add(std::move(made));
        return id;
    }

    void comment() { add_comment(internal::shared_frame(": beat\n\n"), newest, start); }

    entry_point behind(std::uint64_t number) const { return find_behind(number, newest); }
    std::uint64_t oldest_number() const { return oldest() ? oldest()->number : 0; }

    /// The wire text of what is kept from a place on.
    std::vector<std::string> texts(std::uint64_t from) const
    {
        detail::batch events;
        copy(from, 100, events);
        std::vector<std::string> all;
        for (auto const& each : events.frames)
            all.emplace_back(each.text());
        return all;
    }

    std::string const epoch = "life";
    std::uint64_t newest = 0;
    std::optional<std::uint64_t> replaced; ///< the number of what the last one has replaced
};

} // namespace tidings::test
