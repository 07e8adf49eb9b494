// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/entry_plan.hpp>
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/shards.hpp>
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
        : text_(text), places_(parse_places(text)), is_earlier_(is_of_earlier_form(text))
    {
        if (places_.size() > max_orders)
            places_.clear();
        for (automatic_id const& place : places_) {
            epoch_parts named = parts_of(place.epoch);
            auto const known = std::ranges::find(
                orders, named.life, [](order const* each) { return parts_of(each->epoch).life; });
            has_stranger_ |= known == orders.end();
            has_plain_stranger_ |= known == orders.end() && named.store.empty();
            if (known != orders.end() && named.store.empty()) // from when the store was the only one
                named.store = parts_of((*known)->epoch).store;
            if (!named.store.empty())
                shards_.push_back(named);
        }
    }

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
        epoch_parts const here = parts_of(numbers.epoch);
        for (automatic_id const& each : places_)
            if (parts_of(each.epoch).life == here.life)
                found = each.number;
        if (auto const survived = numbers.survived(found.value_or(0)))
            return {.after = survived, .missing = gap::rolled_back};
        if (found && (*found <= numbers.newest || may_be_behind(*topics.front()->of)))
            return {.after = found, .is_publishers = is_publishers};
        if (found || (places_.empty() && !is_earlier_))
            return {.missing = gap::unknown_id};
        bool const is_shard = !here.store.empty();
        bool const is_anew = is_shard ? has_plain_stranger_ || names_store(here.store) : has_stranger_;
        return {.missing = is_earlier_ || is_anew ? gap::restarted : gap::none};
    }

    // Whether another store had the topic when the id was given: of all stores that the topic had to choose
    // from then, the id names at least the one that had it, if it is of a stream of the topic.
    bool has_moved(std::string_view topic, order const& numbers) const
    {
        epoch_parts const here = parts_of(numbers.epoch);
        bool const is_shard = !here.store.empty();
        auto const is_here = [&](epoch_parts const& each) { return each.life == here.life; };
        if (shards_.empty() || (!is_shard && std::ranges::none_of(shards_, is_here)))
            return false;
        if (is_shard && std::ranges::find(shards_, here.list, &epoch_parts::list) != shards_.end())
            return false; // nothing has been changed: a topic that is not named is new to the client
        if (std::ranges::count(shards_, std::string_view(), &epoch_parts::list) > 1)
            return true; // they were no shards, and each may have had it
        auto const owner = std::ranges::max_element(
            shards_, {}, [&](epoch_parts const& each) { return weight(topic, each.store); });
        return !is_here(*owner) && owner->store != here.store;
    }

private:
    bool names_store(std::string_view mark) const
    {
        return std::ranges::find(shards_, mark, &epoch_parts::store) != shards_.end();
    }

    std::string_view text_;
    std::vector<automatic_id> places_;
    std::vector<epoch_parts> shards_; // of the places
    bool is_earlier_;
    bool has_stranger_ = false;       // it names another order: one of ours may have begun anew
    bool has_plain_stranger_ = false; // and not one of a shard
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
        for (listed_topic const* const item : each.items)
            each.moved.push_back(given.has_moved(item->of->name(), *each.numbers));
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
        throw std::invalid_argument(
            fmt::format("tidings: the ids of this stream need a number for each of its {} orders, and at "
                        "most {} are possible: take topics of one registry, which have one order",
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
    given_id const given(of.start_id, std::span(&numbers, 1));
    if (given.has_moved(of.of->name(), *numbers))
        return {.missing = gap::moved};
    return given.in(*numbers, std::span(&only, 1));
}

} // namespace tidings::detail
