// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/order.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/shards.hpp>
#include <tidings/hub/detail/store_link.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/sse/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

// How many unused topics a `get` looks for in passing: more than it can add, so they do not pile up.
constexpr std::size_t expired_at_once = 4;

// How many topics a walk looks at before it opens the lock again: about 50 microseconds.
constexpr std::size_t seen_at_once = 128;

constexpr duration fault_period = std::chrono::seconds(10);

} // namespace

std::shared_ptr<registry_state> registry_state::make(topic_registry_options options)
{
    std::shared_ptr<registry_state> const made(new registry_state(std::move(options), true));
    return {made.get(), [made](registry_state*) { made->let_go(); }};
}

std::shared_ptr<registry_state> registry_state::make_for_one()
{
    return std::shared_ptr<registry_state>(new registry_state({}, false));
}

registry_state::registry_state(topic_registry_options options, bool keeps)
    : options_(std::move(options)), in_memory_(std::make_shared<order>(make_epoch())), keeps_(keeps),
      kept_(options_)
{}

registry_state::~registry_state() = default;

registry_state::section::~section()
{
    for (auto const& each : gone)
        of_.forget_name(*each);
    std::string const news = of_.news_of_forgotten();
    lock_.unlock();
    gone.clear();
    held.clear();
    if (!news.empty())
        of_.say(log_level::warning, news);
}

void registry_state::say(log_level level, std::string_view line) const noexcept
{
    try {
        if (options_.log)
            options_.log(level, line);
    } catch (...) {
        log_to_stderr(level, line);
    }
}

void registry_state::add(std::string pattern, topic_options options)
{
    internal::route_pattern const names(pattern, internal::route_pattern::subject::names);
    if (!is_valid_utf8(pattern) || names.least_size() > topic::max_name_bytes)
        throw std::invalid_argument(fmt::format(
            "tidings: no topic can match the pattern \"{}\": names are UTF-8 and have at most {} bytes",
            pattern, topic::max_name_bytes));
    if (options.label.empty())
        options.label = pattern;
    auto const shared = std::make_shared<topic_options const>(std::move(options));
    auto const shards = shards_of(*shared);
    std::lock_guard const guard(lock_);
    auto const [known, is_new] = patterns_.try_emplace(names, pattern_kind{shared, links_to(shards)});
    if (!is_new)
        throw std::invalid_argument(
            fmt::format("tidings: all topics of the pattern \"{}\" have their options already, by \"{}\"",
                        pattern, known->first.text()));
    labels_[shared->label];
}

// A store calls nobody from inside of `start`, so it may be called with the lock held.
std::vector<std::shared_ptr<store_link>> registry_state::links_to(std::vector<shard> const& shards)
{
    for (shard const& each : shards)
        if (auto const known = stores_.find(each.store.get());
            known != stores_.end() && known->second->mark() != each.mark)
            throw std::invalid_argument(fmt::format(
                "tidings: another pattern of topics uses {} in a different list of stores: give all patterns "
                "that share it the same list in topic_options::shards, or each its own store",
                each.store->name()));
    std::vector<std::shared_ptr<store_link>> links;
    for (shard const& each : shards) {
        auto known = stores_.find(each.store.get());
        if (known == stores_.end()) {
            auto const made = std::make_shared<store_link>(each, weak_from_this());
            each.store->start(made);
            known = stores_.emplace(each.store.get(), made).first;
        }
        links.push_back(known->second);
    }
    return links;
}

std::shared_ptr<topic_state> registry_state::get(std::string_view name)
{
    expire(expired_at_once);
    kind found;
    {
        std::lock_guard const guard(lock_);
        if (auto known = find_used(name))
            return known;
        found = find_kind(name);
    }
    if (found.store)
        throw std::logic_error(
            fmt::format("tidings: the topic \"{}\" is in {} and not in memory: use `co_await open(ctx, "
                        "name)`, or `open_blocking(name)` where no loop runs yet",
                        name, found.store->store().name()));
    return make(name, found);
}

void registry_state::open(std::string_view name, when_opened const& when_open)
{
    expire(expired_at_once);
    std::shared_ptr<topic_state> known;
    std::shared_ptr<topic_load> load; // outlives the lock
    kind found;
    {
        std::lock_guard const guard(lock_);
        known = find_used(name);
        found = find_kind(name);
        stored_topic const* const stored = known ? known->stored() : nullptr;
        if (known ? stored && stored->is_loading() : found.store != nullptr) {
            auto const& link = stored ? stored->link() : found.store;
            load = link->wait_for(name, known, found.options, when_open);
            if (!load)
                return;
        }
    }
    if (load)
        return load->start();
    when_open({.found = known ? known : make(name, found), .error = {}});
}

// Nothing where no pattern fits.
std::shared_ptr<topic_state> registry_state::make(std::string_view name, kind const& of)
{
    if (!of.options)
        return nullptr;
    auto const made = std::make_shared<topic_state>(std::string(name), of.options, shared_from_this());
    section locked(*this);
    return insert(made, locked);
}

// With the lock held, as what follows.
std::shared_ptr<topic_state> registry_state::find_used(std::string_view name)
{
    auto found = find(name);
    if (found && found->in_registry.kept)
        kept_.use(*found, now());
    return found;
}

registry_state::kind registry_state::find_kind(std::string_view name) const
{
    if (name.size() > topic::max_name_bytes || !is_valid_utf8(name))
        return {};
    auto const segments = internal::split_name(name);
    auto const pattern =
        std::ranges::find_if(patterns_, [&](auto const& each) { return each.first.matches(segments); });
    if (pattern == patterns_.end())
        return {};
    auto const& [options, stores] = pattern->second;
    auto const owner = std::ranges::max_element(
        stores, {}, [&](auto const& each) { return weight(name, parts_of(each->mark()).store); });
    return {options, owner == stores.end() ? nullptr : *owner};
}

// What is not inserted is the caller's to destroy, without the lock.
std::shared_ptr<topic_state> registry_state::insert(std::shared_ptr<topic_state> const& made, section& locked)
{
    if (auto known = find_used(made->name())) // made by another meanwhile
        return known;
    if (!made->has_store())
        made->lose_up_to(kept_.lost_up_to(made->name()));
    else if (made->events().newest_number() > 0)
        kept_.make_room(false, locked.gone);
    if (auto const old = topics_.find(made->name()); old != topics_.end()) // it is just being destroyed
        forget_name(*old->second);
    made->in_registry.born = ++born_;
    topics_.emplace(made->name(), made.get());
    by_age_.emplace_hint(by_age_.end(), born_, made.get());
    if (made->has_store() && made->events().newest_number() > 0)
        kept_.add(*made, now());
    return made;
}

std::shared_ptr<topic_state> registry_state::find(std::string_view name) const
{
    auto const known = topics_.find(name);
    return known == topics_.end() ? nullptr : known->second->weak_from_this().lock();
}

std::vector<std::shared_ptr<topic_state>> registry_state::all() const
{
    std::vector<std::shared_ptr<topic_state>> found;
    found.reserve(topics_.size());
    for (auto const& [name, each] : topics_)
        if (auto known = each->weak_from_this().lock())
            found.push_back(std::move(known));
    return found;
}

std::shared_ptr<topic_state> registry_state::find_by_event(std::string_view id) const
{
    auto const places = parse_places(id);
    std::lock_guard const guard(lock_);
    for (auto const& [name, each] : topics_) {
        history const& kept = each->events();
        bool const has_it =
            kept.ids().find(id) ||
            (places.size() == 1 && parts_of(places[0].epoch).life == parts_of(each->numbers().epoch).life &&
             kept.has_event(places[0].number));
        if (auto known = has_it ? each->weak_from_this().lock() : nullptr)
            return known;
    }
    return nullptr;
}

std::size_t registry_state::size() const
{
    std::lock_guard const guard(lock_);
    return topics_.size();
}

bool registry_state::keeps() const
{
    std::lock_guard const guard(lock_);
    return keeps_;
}

topic_registry_stats registry_state::stats() const
{
    std::lock_guard const guard(lock_);
    topic_registry_stats now = kept_.totals();
    now.blank = blank_;
    return now;
}

internal::hub_figures registry_state::figures() const
{
    internal::hub_figures now{.registry = stats(), .by_label = {}, .store_is_away = {}};
    std::vector<std::pair<std::shared_ptr<store_link>, bool>> stores;
    {
        std::lock_guard const guard(lock_);
        now.by_label = labels_;
        for (auto const& [store, link] : stores_)
            stores.emplace_back(link, link->is_away());
    }
    for (auto const& [link, is_away] : stores)
        now.store_is_away[link->store().name()] |= is_away;
    for_each([&](internal::seen_topic const& each) {
        if (auto const known = now.by_label.find(each.label); known != now.by_label.end())
            internal::add_held(known->second.sum, each.stats);
    });
    return now;
}

void registry_state::for_each(std::function<void(internal::seen_topic const&)> const& look) const
{
    std::vector<internal::seen_topic> some(seen_at_once); // their memory is used again
    std::uint64_t last = 0;
    for (std::optional<std::uint64_t> newest; !newest || last < *newest;) {
        std::size_t count = 0;
        {
            std::lock_guard const guard(lock_);
            if (!newest)
                newest = born_;
            auto at = by_age_.upper_bound(last);
            for (; at != by_age_.end() && at->first <= *newest && count < some.size(); ++at) {
                topic_state const& of = *at->second;
                some[count].name = of.name();
                some[count].label = of.options().label;
                some[count++].stats = of.stats_now();
            }
            last = at == by_age_.end() ? *newest : at->first - 1;
        }
        for (std::size_t i = 0; i < count; ++i)
            look(some[i]);
    }
}

std::uint64_t registry_state::looks() const
{
    std::lock_guard const guard(lock_);
    return kept_.looks();
}

std::size_t registry_state::expire(std::size_t most)
{
    time_point const time = now();
    section locked(*this);
    kept_.expire(most, time, locked.gone);
    return locked.gone.size();
}

void registry_state::let_go()
{
    section locked(*this);
    keeps_ = false;
    blank_ = 0;
    kept_.clear(locked.gone);
    for (auto const& [store, link] : stores_)
        link->let_go(locked);
}

void registry_state::on_gone(topic_state const& which) noexcept
{
    std::lock_guard const guard(lock_);
    forget_name(which);
}

// Unless it is another's by now.
void registry_state::forget_name(topic_state const& which) noexcept
{
    auto const found = topics_.find(which.name());
    if (found == topics_.end() || found->second != &which)
        return;
    topics_.erase(found);
    by_age_.erase(which.in_registry.born);
}

void registry_state::keep(topic_state& which, section& locked)
{
    if (!keeps_ || which.in_registry.kept)
        return;
    kept_.make_room(true, locked.gone);
    kept_.add(which, now());
    if (which.followers().size() > 0)
        --blank_;
}

void registry_state::on_change(topic_state& which, section& locked)
{
    if (which.in_registry.kept)
        kept_.on_change(which, locked.gone);
}

void registry_state::on_first_follower(topic_state& which)
{
    if (!keeps_ || which.in_registry.kept || which.followers().size() > 0)
        return;
    if (blank_ >= options_.max_blank_topics)
        throw too_many_topics(fmt::format(
            "tidings: clients follow {} topics that were never published to, and no more are allowed (see "
            "topic_registry_options::max_blank_topics)",
            options_.max_blank_topics));
    ++blank_;
}

void registry_state::on_last_follower(topic_state const& which) noexcept
{
    if (keeps_ && !which.in_registry.kept)
        --blank_;
}

std::string registry_state::news_of_forgotten()
{
    topic_registry_stats const& totals = kept_.totals();
    auto const topics = totals.evicted - told_.evicted;
    auto const events = totals.events_given_up - told_.events_given_up;
    if (topics + events == 0)
        return {};
    time_point const time = now();
    if (time < next_telling_)
        return {};
    next_telling_ = time + fault_period;
    told_ = totals;
    return fmt::format("topics: {} were removed with their events to make room for others, and {} events of "
                       "others were forgotten early; clients that return for them get a reset. See "
                       "max_topics ({}) and kept_bytes ({}) of topic_registry_options",
                       topics, events, options_.max_topics, options_.kept_bytes);
}

} // namespace tidings::detail
