// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/client_id.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

client_id::client_id(std::string text, std::span<order const* const> orders)
    : text_(std::move(text)), places_(parse_places(text_)), is_earlier_(is_of_earlier_form(text_)),
      has_stranger_(std::ranges::any_of(places_, [&](automatic_id const& place) {
          return std::ranges::none_of(orders, [&](order const* each) { return each->epoch == place.epoch; });
      }))
{}

client_id::lead client_id::in(order const& numbers, std::span<topic_state* const> topics) const
{
    std::optional<std::uint64_t> found;
    for (topic_state const* const each : topics) // also what looks like a place in an order of others
        if (auto const own = each->events().ids().find(text_))
            found = std::min(found.value_or(*own), *own);
    bool const is_publishers = found.has_value();
    for (automatic_id const& each : places_)
        if (each.epoch == numbers.epoch)
            found = each.number;
    if (found && *found <= numbers.newest)
        return {.after = found, .is_publishers = is_publishers};
    if (found || (places_.empty() && !is_earlier_))
        return {.after = {}, .missing = gap::unknown_id};
    return {.after = {}, .missing = is_earlier_ || has_stranger_ ? gap::restarted : gap::none};
}

} // namespace tidings::detail
