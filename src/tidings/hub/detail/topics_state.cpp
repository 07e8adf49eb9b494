// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/topics_state.hpp>
#include <tidings/sse/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

// How many unused topics a `get` looks for in passing: more than it can add, so they do not pile up.
constexpr std::size_t look_at = 4;

} // namespace

topics_state::topics_state(topics_options options)
    : options_(std::move(options)), sums_(std::make_shared<registry_sums>(options_.kept_bytes)),
      epoch_family_(make_epoch_family())
{}

void topics_state::add(std::string pattern, topic_options options)
{
    internal::route_pattern const names(pattern, internal::route_pattern::subject::names);
    if (!is_valid_utf8(pattern) || names.least_size() > max_name_bytes)
        throw std::invalid_argument(fmt::format(
            "tidings: no topic fits the pattern \"{}\": names are UTF-8 and have at most {} bytes", pattern,
            max_name_bytes));
    auto shared = std::make_shared<topic_options const>(std::move(options));
    std::lock_guard const guard(lock_);
    auto const [known, is_new] = patterns_.try_emplace(names, std::move(shared));
    if (!is_new)
        throw std::invalid_argument(
            fmt::format("tidings: all topics of the pattern \"{}\" have their options already, by \"{}\"",
                        pattern, known->first.text()));
}

std::optional<topic> topics_state::get(std::string_view name)
{
    auto found = get_without_log(name);
    return found ? std::move(found) : open_log(name);
}

std::optional<topic> topics_state::get_without_log(std::string_view name)
{
    expire(look_at);
    shared_options options;
    topic_state::membership place;
    {
        std::lock_guard const guard(lock_);
        if (auto known = find_used(name))
            return internal::access::make<topic>(std::move(known));
        options = find_options(name);
        if (!options || options->log)
            return std::nullopt;
        place = make_membership(name);
    }
    auto made = std::make_shared<topic_state>(std::string(name), std::move(options), std::move(place));
    victims gone;
    std::lock_guard const guard(lock_);
    if (auto known = find_used(name)) // made by another meanwhile
        return internal::access::make<topic>(std::move(known));
    return insert(made, gone);
}

// Reading takes time, and holds up only those who want the same topic.
std::optional<topic> topics_state::open_log(std::string_view name)
{
    shared_options options;
    std::shared_ptr<std::mutex> mine;
    topic_state::membership place;
    {
        std::lock_guard const guard(lock_);
        options = find_options(name);
        if (!options)
            return std::nullopt;
        auto const [at, is_first] = opening_.try_emplace(std::string(name));
        if (is_first)
            at->second = std::make_shared<std::mutex>();
        mine = at->second;
        place = make_membership(name);
    }
    std::lock_guard const one_reader(*mine);
    if (auto known = get_without_log(name)) // read by another meanwhile
        return known;
    std::shared_ptr<topic_state> made;
    victims gone;
    try {
        made = std::make_shared<topic_state>(std::string(name), std::move(options), std::move(place));
        std::lock_guard const guard(lock_);
        opening_.erase(std::string(name));
        if (auto known = find_used(name))
            return internal::access::make<topic>(std::move(known));
        return insert(made, gone);
    } catch (...) {
        std::lock_guard const guard(lock_);
        opening_.erase(std::string(name));
        throw;
    }
}

// With the lock held, as what follows.
topic_state::membership topics_state::make_membership(std::string_view name)
{
    return {.registry = weak_from_this(),
            .sums = sums_,
            .max_blank = options_.max_blank_topics,
            .epoch = make_epoch(epoch_family_, next_serial_++),
            .blank_since = forgotten_at(name)};
}

std::shared_ptr<topic_state> topics_state::find_used(std::string_view name)
{
    auto const known = entries_.find(name);
    if (known == entries_.end())
        return nullptr;
    entry& found = known->second;
    if (found.kept) {
        by_use_.splice(by_use_.end(), by_use_, found.used);
        found.last_used = options_.now();
        found.was_in_use = true;
    }
    return found.topic.lock();
}

topics_state::shared_options topics_state::find_options(std::string_view name) const
{
    if (name.size() > max_name_bytes || !is_valid_utf8(name))
        return nullptr;
    auto const segments = internal::split_name(name);
    auto const pattern =
        std::ranges::find_if(patterns_, [&](auto const& each) { return each.first.matches(segments); });
    return pattern == patterns_.end() ? nullptr : pattern->second;
}

bool topics_state::allows(std::string_view name) const
{
    std::lock_guard const guard(lock_);
    return find_options(name) != nullptr;
}

topic topics_state::insert(std::shared_ptr<topic_state> made, victims& gone)
{
    if (made->is_kept()) // read from its log
        make_room(false, gone);
    entries_.erase(made->name()); // of one that is just being destroyed, and lends its name to the key
    entry& added = entries_[made->name()];
    added.which = made.get();
    added.topic = made;
    if (made->is_kept())
        list(added);
    return internal::access::make<topic>(std::move(made));
}

void topics_state::list(entry& kept)
{
    kept.kept = kept.topic.lock();
    kept.last_used = options_.now();
    kept.used = by_use_.insert(by_use_.end(), &kept);
    kept.published = by_publish_[kept.which->has_log()].emplace(kept.which->last_published(), &kept);
    kept.placed = by_bytes_.emplace(kept.which->told_bytes(), &kept);
    ++totals_.topics;
}

std::optional<topic> topics_state::find(std::string_view name) const
{
    std::lock_guard const guard(lock_);
    auto const known = entries_.find(name);
    auto found = known == entries_.end() ? nullptr : known->second.topic.lock();
    return found ? std::optional(internal::access::make<topic>(std::move(found))) : std::nullopt;
}

std::vector<topic> topics_state::all() const
{
    std::vector<topic> found;
    std::lock_guard const guard(lock_);
    found.reserve(entries_.size());
    for (auto const& [name, each] : entries_)
        if (auto known = each.topic.lock())
            found.push_back(internal::access::make<topic>(std::move(known)));
    return found;
}

std::size_t topics_state::size() const
{
    std::lock_guard const guard(lock_);
    return entries_.size();
}

topics_stats topics_state::stats() const
{
    std::lock_guard const guard(lock_);
    topics_stats now = totals_;
    now.blank = sums_->blank;
    now.bytes = sums_->bytes;
    return now;
}

std::size_t topics_state::expire(std::size_t most)
{
    victims forgotten; // destroyed without the lock
    std::lock_guard const guard(lock_);
    time_point const now = options_.now();
    most = std::min(most, by_use_.size());
    for (std::size_t i = 0; i < most; ++i) {
        entry& oldest = *by_use_.front();
        if (now - oldest.last_used < options_.unused_timeout)
            break;
        // New handles come from here, under the lock, or from other handles: a topic without any stays so.
        bool const is_used = oldest.kept.use_count() > 1;
        // Nobody says when a use ends, so the time counts from the first look that finds it ended.
        if (std::exchange(oldest.was_in_use, is_used) || is_used) {
            oldest.last_used = now;
            by_use_.splice(by_use_.end(), by_use_, oldest.used);
        } else {
            ++totals_.expired;
            take_out(oldest, forgotten);
        }
    }
    return forgotten.size();
}

void topics_state::on_gone(topic_state const& which) noexcept
{
    std::lock_guard const guard(lock_);
    auto const found = entries_.find(which.name());
    if (found != entries_.end() && found->second.which == &which)
        entries_.erase(found);
}

std::uint64_t& topics_state::forgotten_at(std::string_view name) noexcept
{
    return forgotten_at_[std::hash<std::string_view>()(name) % forgotten_at_.size()];
}

} // namespace tidings::detail
