// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/order.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/store_link.hpp>
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

// How many topics may be on their way from their stores into memory at once.
constexpr std::size_t max_loads = 10'000;

constexpr duration telling_period = std::chrono::seconds(10);

topic handle_of(std::shared_ptr<topic_state> state)
{
    return internal::access::make<topic>(std::move(state));
}

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
    if (!is_valid_utf8(pattern) || names.least_size() > max_name_bytes)
        throw std::invalid_argument(fmt::format(
            "tidings: no topic fits the pattern \"{}\": names are UTF-8 and have at most {} bytes", pattern,
            max_name_bytes));
    auto shared = std::make_shared<topic_options const>(std::move(options));
    auto link = shared->store ? link_to(shared->store) : nullptr;
    std::lock_guard const guard(lock_);
    auto const [known, is_new] = patterns_.try_emplace(names, kind{std::move(shared), std::move(link)});
    if (!is_new)
        throw std::invalid_argument(
            fmt::format("tidings: all topics of the pattern \"{}\" have their options already, by \"{}\"",
                        pattern, known->first.text()));
}

std::shared_ptr<store_link> registry_state::link_to(std::shared_ptr<topic_store> const& store)
{
    std::shared_ptr<store_link> made;
    {
        std::lock_guard const guard(lock_);
        auto& known = stores_[store.get()];
        if (known)
            return known;
        made = known = std::make_shared<store_link>(store, weak_from_this());
    }
    try {
        store->start(made);
    } catch (...) {
        std::lock_guard const guard(lock_);
        stores_.erase(store.get());
        throw;
    }
    return made;
}

std::optional<topic> registry_state::get(std::string_view name)
{
    expire(look_at);
    std::shared_ptr<topic_state> known;
    kind found;
    {
        std::lock_guard const guard(lock_);
        known = find_used(name);
        found = find_kind(name);
    }
    if (!known && found.store)
        throw std::logic_error(fmt::format(
            "tidings: the topic \"{}\" is in {} and not in memory: have it by `co_await open(ctx, name)`, "
            "or where nothing runs on a loop yet by `open_blocking(name)`",
            name, found.store->store().name()));
    if (!known && found.options)
        known = make(name, std::move(found));
    return known ? std::optional(handle_of(std::move(known))) : std::nullopt;
}

void registry_state::open(std::string_view name, when_open when_open)
{
    expire(look_at);
    std::shared_ptr<topic_state> known;
    std::shared_ptr<topic_load> load; // outlives the lock
    kind found;
    {
        std::lock_guard const guard(lock_);
        if (auto const at = loads_.find(name); at != loads_.end())
            return at->second->wait(std::move(when_open));
        known = find_used(name);
        found = find_kind(name);
        bool const is_first = !known;
        if (known ? known->is_loading() : found.store != nullptr) {
            if (loads_.size() >= max_loads)
                throw too_many_topics(fmt::format(
                    "tidings: {} topics are being opened at once, and no more may be", max_loads));
            if (is_first)
                known = std::make_shared<topic_state>(std::string(name), found.options, shared_from_this(),
                                                      found.store);
            load = std::make_shared<topic_load>(known, is_first);
            load->wait(when_open);
            loads_.emplace(name, load);
        }
    }
    if (load)
        return load->start();
    if (!known && found.options)
        known = make(name, std::move(found));
    when_open(std::move(known), {});
}

std::shared_ptr<topic_state> registry_state::make(std::string_view name, kind of)
{
    auto const made =
        std::make_shared<topic_state>(std::string(name), std::move(of.options), shared_from_this());
    section locked(*this);
    return insert(made, locked);
}

// With the lock held, as what follows.
std::shared_ptr<topic_state> registry_state::find_used(std::string_view name)
{
    auto const known = topics_.find(name);
    if (known == topics_.end())
        return nullptr;
    auto found = known->second->weak_from_this().lock();
    if (found && found->in_registry.kept)
        kept_.use(*found, now());
    return found;
}

registry_state::kind registry_state::find_kind(std::string_view name) const
{
    if (name.size() > max_name_bytes || !is_valid_utf8(name))
        return {};
    auto const segments = internal::split_name(name);
    auto const pattern =
        std::ranges::find_if(patterns_, [&](auto const& each) { return each.first.matches(segments); });
    return pattern == patterns_.end() ? kind{} : pattern->second;
}

// What is not inserted is the caller's to destroy, without the lock.
std::shared_ptr<topic_state> registry_state::insert(std::shared_ptr<topic_state> const& made, section& locked)
{
    if (auto known = find_used(made->name())) // made by another meanwhile
        return known;
    if (!made->has_store())
        made->lose_up_to(kept_.lost_up_to(made->name()));
    else if (made->has_had_events())
        kept_.make_room(false, locked.gone);
    topics_.erase(made->name()); // of one that is just being destroyed, and lends its name to the key
    topics_.emplace(made->name(), made.get());
    if (made->has_store() && made->has_had_events())
        kept_.add(*made, now());
    return made;
}

bool registry_state::accept(std::string_view name, std::uint64_t number, std::uint64_t previous,
                            std::optional<kept_event> value, section& locked)
{
    if (auto const load = loads_.find(name); load != loads_.end() && load->second->has_opened()) {
        load->second->hold(number, previous, std::move(value));
        return true;
    }
    auto const known = topics_.find(name);
    auto const of = known == topics_.end() ? nullptr : known->second->weak_from_this().lock();
    if (!of || of->is_loading())
        return true; // who opens it reads the event
    locked.held.push_back(of);
    return accept(*of, number, previous, std::move(value), locked);
}

bool registry_state::accept(topic_state& of, std::uint64_t number, std::uint64_t previous,
                            std::optional<kept_event> value, section& locked)
{
    try {
        keep(of, locked);
    } catch (too_many_topics const&) {
        value.reset(); // as if it was forgotten at once
    }
    bool const is_whole = of.accept(number, previous, std::move(value));
    on_change(of, locked);
    return is_whole;
}

void registry_state::end_load(topic_load const& which, std::string_view name)
{
    auto const found = loads_.find(name);
    if (found != loads_.end() && found->second.get() == &which)
        loads_.erase(found);
}

std::vector<std::shared_ptr<topic_load>> registry_state::begin_life(store_link& of,
                                                                    store_events::life const& begun)
{
    std::vector<std::shared_ptr<topic_load>> fresh;
    std::vector<std::shared_ptr<topic_load>> void_ones; // these and the topics are let go of without the lock
    std::vector<std::shared_ptr<topic_state>> topics;
    section locked(*this);
    of.begin(begun);
    for (auto& [name, load] : loads_) {
        if (!load->is_of(of) || !load->has_opened())
            continue;
        fresh.push_back(load->again());
        void_ones.push_back(std::exchange(load, fresh.back()));
    }
    for (auto const& [name, which] : topics_) {
        if (which->link().get() != &of)
            continue;
        topics.push_back(which->weak_from_this().lock());
        if (!topics.back())
            continue;
        which->begin_anew();
        on_change(*which, locked);
        auto const [load, is_new] = loads_.try_emplace(std::string(name));
        if (is_new)
            fresh.push_back(load->second = std::make_shared<topic_load>(topics.back(), false));
    }
    return fresh;
}

std::optional<topic> registry_state::find(std::string_view name) const
{
    std::lock_guard const guard(lock_);
    auto const known = topics_.find(name);
    auto found = known == topics_.end() ? nullptr : known->second->weak_from_this().lock();
    return found ? std::optional(handle_of(std::move(found))) : std::nullopt;
}

std::optional<topic> registry_state::find_by_event(std::string_view id) const
{
    auto const places = parse_places(id);
    std::lock_guard const guard(lock_);
    for (auto const& [name, each] : topics_) {
        history const& kept = each->events();
        bool const has_it =
            kept.ids().find(id) || (places.size() == 1 && places[0].epoch == each->numbers().epoch &&
                                    kept.has_event(places[0].number));
        if (auto known = has_it ? each->weak_from_this().lock() : nullptr)
            return handle_of(std::move(known));
    }
    return std::nullopt;
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

topic_registry_stats registry_state::stats() const
{
    std::lock_guard const guard(lock_);
    topic_registry_stats now = kept_.totals();
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
    time_point const time = now();
    section locked(*this);
    kept_.expire(most, time, locked.gone);
    return locked.gone.size();
}

void registry_state::let_go()
{
    std::vector<std::shared_ptr<topic_load>> unused; // let go of without the lock
    section locked(*this);
    keeps_ = false;
    blank_ = 0;
    kept_.clear(locked.gone);
    std::erase_if(loads_, [&](auto& each) {
        bool const is_unused = each.second->is_unused();
        if (is_unused)
            unused.push_back(std::move(each.second));
        return is_unused;
    });
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
    next_telling_ = time + telling_period;
    told_ = totals;
    return fmt::format("topics: {} were forgotten with their events to make room for others, and {} events "
                       "of others before their time; clients that come back for them are told. See "
                       "max_topics ({}) and kept_bytes ({}) of topic_registry_options",
                       topics, events, options_.max_topics, options_.kept_bytes);
}

} // namespace tidings::detail
