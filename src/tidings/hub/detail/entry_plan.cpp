// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/entry_plan.hpp>
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/store_link.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string_view>

namespace tidings::detail {

namespace {

// A number for each is in an id, which has to come back in a header.
constexpr std::size_t max_orders = 32;

// Clients may have numbers that this process has yet to be told of.
bool may_be_behind(topic_state const& of)
{
    return of.has_store() && of.stored()->link()->store().is_shared();
}

/// An id, for a stream whose topics are of some orders.
class given_id
{
public:
    given_id(std::string_view text, std::span<order const* const> orders)
        : text_(text), places_(parse_places(text)), is_earlier_(is_of_earlier_form(text)),
          has_stranger_(std::ranges::any_of(places_, [&](automatic_id const& place) {
              return std::ranges::none_of(orders, [&](auto* each) { return each->epoch == place.epoch; });
          }))
    {}

    // In one of the orders, of which these topics are followed; with the lock held. An order that the id does
    // not name is new to the client. A publisher's id leads behind its event, in the topic that has it at the
    // lowest number.
    lead in(order const& numbers, std::span<listed_topic const* const> topics) const
    {
        std::optional<std::uint64_t> found;
        for (auto const* const each : topics) // also what looks like a place in an order of others
            if (auto const own = each->of->events().ids().find(text_))
                found = std::min(found.value_or(*own), *own);
        bool const is_publishers = found.has_value();
        for (automatic_id const& each : places_)
            if (each.epoch == numbers.epoch)
                found = each.number;
        if (auto const survived = numbers.survived(found.value_or(0)))
            return {.after = survived, .missing = gap::rolled_back};
        if (found && (*found <= numbers.newest || may_be_behind(*topics.front()->of)))
            return {.after = found, .is_publishers = is_publishers};
        if (found || (places_.empty() && !is_earlier_))
            return {.missing = gap::unknown_id};
        return {.missing = is_earlier_ || has_stranger_ ? gap::restarted : gap::none};
    }

private:
    std::string_view text_;
    std::vector<automatic_id> places_;
    bool is_earlier_;
    bool has_stranger_; // it names another order: one of ours may have begun anew
};

void find_leads(std::vector<entry_part>& parts, std::string const& id)
{
    std::vector<order const*> orders;
    orders.reserve(parts.size());
    for (entry_part const& each : parts)
        orders.push_back(each.numbers);
    given_id const given(id, orders);
    bool is_publishers = false;
    for (entry_part& each : parts) {
        std::lock_guard const guard(each.items.front()->of->registry()->lock());
        each.by_client = given.in(*each.numbers, each.items);
        is_publishers |= each.by_client.is_publishers;
    }
    if (is_publishers) // orders without the event begin where the list says
        for (entry_part& each : parts)
            each.by_client.missing = gap::none;
}

} // namespace

std::vector<entry_part> plan_entry(std::vector<listed_topic> const& items,
                                   std::optional<std::string> const& last_event_id)
{
    if (items.empty())
        throw std::invalid_argument("tidings: the list of topics to follow is empty");
    std::vector<entry_part> parts;
    for (auto const& each : items) {
        order* const numbers = &each.of->numbers();
        auto found = std::ranges::find(parts, numbers, &entry_part::numbers);
        if (found == parts.end())
            found = parts.insert(found, {.numbers = numbers});
        found->items.push_back(&each);
    }
    if (parts.size() > max_orders)
        throw std::invalid_argument(fmt::format(
            "tidings: the ids of a stream have a number for each of its {} orders, and {} can be: "
            "take topics of one registry, which have one order",
            parts.size(), max_orders));
    if (last_event_id)
        find_leads(parts, *last_event_id);
    return parts;
}

lead lead_of(listed_topic const& of)
{
    if (of.start.what() != start_position::kind::after)
        return {};
    order const* const numbers = &of.of->numbers();
    auto const* const only = &of;
    return given_id(of.start_id, std::span(&numbers, 1)).in(*numbers, std::span(&only, 1));
}

} // namespace tidings::detail
