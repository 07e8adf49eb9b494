// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/order.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/sse/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

// How many unused topics a `get` looks for in passing: more than it can add, so they do not pile up.
constexpr std::size_t look_at = 4;

constexpr duration telling_period = std::chrono::seconds(10);

topic handle_of(std::shared_ptr<topic_state> state)
{
    return internal::access::make<topic>(std::move(state));
}

} // namespace

std::shared_ptr<registry_state> registry_state::make(topics_options options)
{
    std::shared_ptr<registry_state> const made(new registry_state(std::move(options), true));
    return {made.get(), [made](registry_state*) { made->let_go(); }};
}

std::shared_ptr<registry_state> registry_state::make_for_one()
{
    return std::shared_ptr<registry_state>(new registry_state({}, false));
}

registry_state::registry_state(topics_options options, bool keeps)
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
    if (news.empty())
        return;
    try {
        if (of_.options_.log)
            of_.options_.log(log_level::warning, news);
    } catch (...) {
        log_to_stderr(log_level::warning, news);
    }
}

void registry_state::add(std::string pattern, topic_options options)
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

std::optional<topic> registry_state::get(std::string_view name)
{
    auto found = get_without_log(name);
    return found ? std::move(found) : open_log(name);
}

std::optional<topic> registry_state::get_without_log(std::string_view name)
{
    expire(look_at);
    shared_options options;
    {
        std::lock_guard const guard(lock_);
        if (auto known = find_used(name))
            return handle_of(std::move(known));
        options = find_options(name);
    }
    if (!options || options->log)
        return std::nullopt;
    auto const made =
        std::make_shared<topic_state>(std::string(name), std::move(options), shared_from_this());
    section locked(*this);
    return insert(made, locked);
}

// Reading takes time, and holds up only those who want the same topic.
std::optional<topic> registry_state::open_log(std::string_view name)
{
    shared_options options;
    std::shared_ptr<std::mutex> mine;
    {
        std::lock_guard const guard(lock_);
        options = find_options(name);
        if (!options)
            return std::nullopt;
        auto const [at, is_first] = opening_.try_emplace(std::string(name));
        if (is_first)
            at->second = std::make_shared<std::mutex>();
        mine = at->second;
    }
    std::lock_guard const one_reader(*mine);
    if (auto known = get_without_log(name)) // read by another meanwhile
        return known;
    try {
        auto const made =
            std::make_shared<topic_state>(std::string(name), std::move(options), shared_from_this());
        section locked(*this);
        opening_.erase(std::string(name));
        return insert(made, locked);
    } catch (...) {
        std::lock_guard const guard(lock_);
        opening_.erase(std::string(name));
        throw;
    }
}

// With the lock held, as what follows.
std::shared_ptr<topic_state> registry_state::find_used(std::string_view name)
{
    auto const known = topics_.find(name);
    if (known == topics_.end())
        return nullptr;
    auto found = known->second->weak_from_this().lock();
    if (found && found->in_registry.kept)
        kept_.use(*found, options_.now());
    return found;
}

registry_state::shared_options registry_state::find_options(std::string_view name) const
{
    if (name.size() > max_name_bytes || !is_valid_utf8(name))
        return nullptr;
    auto const segments = internal::split_name(name);
    auto const pattern =
        std::ranges::find_if(patterns_, [&](auto const& each) { return each.first.matches(segments); });
    return pattern == patterns_.end() ? nullptr : pattern->second;
}

// What is not inserted is the caller's to destroy, without the lock.
topic registry_state::insert(std::shared_ptr<topic_state> const& made, section& locked)
{
    if (auto known = find_used(made->name())) // made by another meanwhile
        return handle_of(std::move(known));
    if (!made->has_log())
        made->lose_up_to(kept_.lost_up_to(made->name()));
    else if (made->has_had_events())
        kept_.make_room(false, locked.gone);
    topics_.erase(made->name()); // of one that is just being destroyed, and lends its name to the key
    topics_.emplace(made->name(), made.get());
    if (made->has_log() && made->has_had_events())
        kept_.add(*made, options_.now());
    return handle_of(made);
}

bool registry_state::allows(std::string_view name) const
{
    std::lock_guard const guard(lock_);
    return find_options(name) != nullptr;
}

std::optional<topic> registry_state::find(std::string_view name) const
{
    std::lock_guard const guard(lock_);
    auto const known = topics_.find(name);
    auto found = known == topics_.end() ? nullptr : known->second->weak_from_this().lock();
    return found ? std::optional(handle_of(std::move(found))) : std::nullopt;
}

std::vector<topic> registry_state::all() const
{
    std::vector<topic> found;
    std::lock_guard const guard(lock_);
    found.reserve(topics_.size());
    for (auto const& [name, each] : topics_)
        if (auto known = each->weak_from_this().lock())
            found.push_back(handle_of(std::move(known)));
    return found;
}

std::size_t registry_state::size() const
{
    std::lock_guard const guard(lock_);
    return topics_.size();
}

topics_stats registry_state::stats() const
{
    std::lock_guard const guard(lock_);
    topics_stats now = kept_.totals();
    now.blank = blank_;
    return now;
}

std::uint64_t registry_state::looks() const
{
    std::lock_guard const guard(lock_);
    return kept_.looks();
}

std::size_t registry_state::expire(std::size_t most)
{
    time_point const now = options_.now();
    section locked(*this);
    kept_.expire(most, now, locked.gone);
    return locked.gone.size();
}

void registry_state::let_go()
{
    section locked(*this);
    keeps_ = false;
    blank_ = 0;
    kept_.clear(locked.gone);
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
    if (found != topics_.end() && found->second == &which)
        topics_.erase(found);
}

void registry_state::keep(topic_state& which, section& locked)
{
    if (!keeps_ || which.in_registry.kept)
        return;
    kept_.make_room(true, locked.gone);
    kept_.add(which, options_.now());
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
            "topics_options::max_blank_topics)",
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
    topics_stats const& totals = kept_.totals();
    auto const topics = totals.evicted - told_.evicted;
    auto const events = totals.events_given_up - told_.events_given_up;
    if (topics + events == 0)
        return {};
    time_point const now = options_.now();
    if (now < next_telling_)
        return {};
    next_telling_ = now + telling_period;
    told_ = totals;
    return fmt::format("topics: {} were forgotten with their events to make room for others, and {} events "
                       "of others before their time; clients that come back for them are told. See "
                       "max_topics ({}) and kept_bytes ({}) of topics_options",
                       topics, events, options_.max_topics, options_.kept_bytes);
}

} // namespace tidings::detail
