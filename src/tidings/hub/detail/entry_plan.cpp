// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/entry_plan.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>

namespace tidings::detail {

namespace {

// A number for each is in an id, which has to come back in a header.
constexpr std::size_t max_orders = 32;

} // namespace

entry_plan::entry_plan(std::vector<topic_list::item> const& items,
                       std::optional<std::string> const& last_event_id)
{
    if (items.empty())
        throw std::invalid_argument("tidings: the list of topics to follow is empty");
    for (auto const& each : items) {
        order* const numbers = &each.of->numbers();
        auto found = std::ranges::find(parts_, numbers, &part::numbers);
        if (found == parts_.end())
            found = parts_.insert(found, part{.numbers = numbers});
        found->items.push_back(&each);
        found->topics.push_back(each.of.get());
    }
    if (parts_.size() > max_orders)
        throw std::invalid_argument(fmt::format(
            "tidings: a stream of {} topics that stand alone, or have logs, has ids with a number "
            "for each, and {} can be; take topics of one registry, which share a number",
            parts_.size(), max_orders));
    if (last_event_id)
        follow(*last_event_id);
}

void entry_plan::follow(std::string const& id)
{
    std::vector<order const*> orders;
    for (part const& each : parts_)
        orders.push_back(each.numbers);
    client_id const given(id, orders);
    bool is_publishers = false;
    for (part& each : parts_) {
        std::lock_guard const guard(each.topics.front()->registry()->lock());
        each.lead = given.in(*each.numbers, each.topics);
        is_publishers |= each.lead.is_publishers;
    }
    if (is_publishers) // orders without the event begin where the list says
        for (part& each : parts_)
            each.lead.missing = gap::none;
}

} // namespace tidings::detail
