// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/name_pattern.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/hub/detail/topics_state.hpp>
#include <tidings/sse/utf8.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

namespace {

// How many unused topics a `get` looks for in passing: more than it can add, so they do not pile up.
constexpr std::size_t look_at = 4;

} // namespace

void topics_state::add(std::string pattern, topic_options options)
{
    std::lock_guard const guard(lock_);
    patterns_.emplace_back(std::move(pattern), std::move(options));
}

std::optional<topic> topics_state::get(std::string_view name)
{
    expire(look_at);
    auto const found = find_or_add(name);
    if (!found)
        return std::nullopt;
    if (auto known = topic_in(*found))
        return known;
    std::lock_guard const one_maker(found->making);
    if (auto made = topic_in(*found)) // by another meanwhile
        return made;
    auto made = std::make_shared<topic_state>(found->options);
    std::lock_guard const guard(found->lock);
    found->topic = std::move(made);
    return topic(found->topic);
}

std::optional<topic> topics_state::get_known(std::string_view name)
{
    expire(look_at);
    std::shared_ptr<slot> found;
    {
        std::lock_guard const guard(lock_);
        found = find_used(name);
    }
    return found ? topic_in(*found) : std::nullopt;
}

// Empty while somebody reads it from its log.
std::optional<topic> topics_state::topic_in(slot& place)
{
    std::lock_guard const guard(place.lock);
    return place.topic ? std::optional(topic(place.topic)) : std::nullopt;
}

// With the registry's lock held; the slot is the last one to expire then.
std::shared_ptr<topics_state::slot> topics_state::find_used(std::string_view name)
{
    auto const known = by_name_.find(name);
    if (known == by_name_.end())
        return nullptr;
    slots_.splice(slots_.end(), slots_, known->second);
    slots_.back()->last_used = options_.now();
    slots_.back()->was_in_use = true;
    return slots_.back();
}

std::shared_ptr<topics_state::slot> topics_state::find_or_add(std::string_view name)
{
    std::lock_guard const guard(lock_);
    if (auto known = find_used(name))
        return known;
    auto const pattern = std::find_if(patterns_.begin(), patterns_.end(),
                                      [&](auto const& each) { return fits_pattern(name, each.first); });
    if (pattern == patterns_.end() || slots_.size() >= options_.max_topics || !is_valid_utf8(name))
        return nullptr;
    auto added = std::make_shared<slot>();
    added->name = name;
    added->options = pattern->second;
    added->options.name = added->name;
    added->last_used = options_.now();
    slots_.push_back(std::move(added));
    by_name_.emplace(slots_.back()->name, std::prev(slots_.end()));
    return slots_.back();
}

std::optional<topic> topics_state::find(std::string_view name) const
{
    std::shared_ptr<slot> found;
    {
        std::lock_guard const guard(lock_);
        auto const known = by_name_.find(name);
        if (known == by_name_.end())
            return std::nullopt;
        found = *known->second;
    }
    return topic_in(*found);
}

std::vector<topic> topics_state::all() const
{
    std::lock_guard const guard(lock_);
    std::vector<topic> found;
    for (auto const& each : slots_)
        if (auto known = topic_in(*each))
            found.push_back(std::move(*known));
    return found;
}

std::size_t topics_state::size() const
{
    std::lock_guard const guard(lock_);
    return slots_.size();
}

std::size_t topics_state::expire(std::size_t most)
{
    slots forgotten; // destroyed without the lock
    std::lock_guard const guard(lock_);
    time_point const now = options_.now();
    most = std::min(most, slots_.size());
    for (std::size_t i = 0; i < most; ++i) {
        auto const oldest = slots_.begin();
        if (now - (*oldest)->last_used < options_.unused_timeout)
            break;
        bool const is_used = is_in_use(*oldest);
        // Nobody says when a use ends, so the time counts from the first look that finds it ended.
        if (std::exchange((*oldest)->was_in_use, is_used) || is_used) {
            (*oldest)->last_used = now;
            slots_.splice(slots_.end(), slots_, oldest);
        } else {
            by_name_.erase((*oldest)->name);
            forgotten.splice(forgotten.end(), slots_, oldest);
        }
    }
    return forgotten.size();
}

// New handles come from here, under the registry's lock, or from other handles: a topic without any stays so.
bool topics_state::is_in_use(std::shared_ptr<slot> const& which)
{
    if (which.use_count() > 1)
        return true; // somebody is about to get it
    std::lock_guard const guard(which->lock);
    return which->topic && (which->topic.use_count() > 1 || which->topic->is_busy());
}

} // namespace tidings::detail
