// SPDX-License-Identifier: BSL-1.0
// How a registry keeps its bounds: which topics and events go when there are too many.
#include <tidings/hub/detail/topics_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tidings::detail {

namespace {

// At most so many topics are looked at for one that can go: each look moves on those that cannot.
constexpr std::size_t look_at = 1'000;

constexpr duration telling_period = std::chrono::seconds(10);

} // namespace

void topics_state::keep(topic_state& which)
{
    victims gone; // destroyed without the lock
    std::lock_guard const guard(lock_);
    auto const found = entries_.find(which.name());
    if (found == entries_.end() || found->second.which != &which || found->second.kept)
        return;
    make_room(true, gone);
    list(found->second);
}

// Throws `too_many_topics`. With the lock held, as what follows.
void topics_state::make_room(bool for_publisher, victims& gone)
{
    if (by_use_.size() < options_.max_topics)
        return;
    if (options_.max_topics > 0 && (take_one(true, gone) || (for_publisher && take_one(false, gone))))
        return;
    throw too_many_topics(
        fmt::format("tidings: there are {} topics with events, and none of them can make room, since all are "
                    "in use or {} (see topics_options::max_topics)",
                    by_use_.size(), for_publisher ? "were so a moment ago" : "would lose their events"));
}

// The longest unpublished that nobody uses.
bool topics_state::take_one(bool must_have_log, victims& gone)
{
    if (must_have_log && !has_logs_)
        return false;
    refresh_order();
    std::size_t looked = 0;
    for (auto const& [published, each] : by_publish_) {
        if (++looked > look_at)
            return false;
        if (each->kept.use_count() > 1 || (must_have_log && !each->which->has_log()))
            continue;
        if (!each->which->has_log())
            ++totals_.evicted;
        take_out(*each, gone);
        return true;
    }
    return false;
}

// Topics do not say when they are published to. Those in use are in nobody's way at the end.
void topics_state::refresh_order()
{
    time_point const now = options_.now();
    for (std::size_t i = 0; i < std::min(look_at, by_publish_.size()); ++i) {
        auto const first = by_publish_.begin();
        entry& of = *first->second;
        auto const true_time = of.kept.use_count() > 1 ? now : of.which->last_published();
        if (true_time <= first->first)
            return;
        auto moved = by_publish_.extract(first);
        moved.key() = true_time;
        of.published = by_publish_.insert(std::move(moved));
    }
}

void topics_state::take_out(entry& which, victims& gone)
{
    if (!which.which->has_log())
        forgotten_at(which.which->name()) = next_serial_;
    by_use_.erase(which.used);
    by_publish_.erase(which.published);
    --totals_.topics;
    gone.push_back(std::move(which.kept));
    entries_.erase(gone.back()->name());
}

void topics_state::settle()
{
    if (has_too_much() && !is_freeing_.exchange(true)) {
        free_bytes();
        is_freeing_ = false;
    }
    say_what_was_forgotten();
}

std::size_t topics_state::aim() const noexcept
{
    return options_.kept_bytes - options_.kept_bytes / 32;
}

bool topics_state::has_too_much() const noexcept
{
    return sums_->bytes > options_.kept_bytes;
}

// Each step frees a little more than is needed: looking through all topics for the next event again would let
// a flood of small ones take the loop. What cannot be freed now is tried again when as much has been added.
void topics_state::free_bytes()
{
    sums_->too_much = options_.kept_bytes;
    unload();
    shorten_largest();
    victims gone;
    {
        std::lock_guard const guard(lock_);
        std::size_t freed = 0;
        while (sums_->bytes - freed > aim() && take_one(false, gone))
            freed += gone.back()->told_bytes();
    }
    gone.clear();
    if (has_too_much())
        sums_->too_much = sums_->bytes + options_.kept_bytes / 32;
}

// What a log keeps costs nothing to forget.
void topics_state::unload()
{
    victims gone;
    std::lock_guard const guard(lock_);
    std::size_t freed = 0;
    while (sums_->bytes - freed > aim() && take_one(true, gone))
        freed += gone.back()->told_bytes();
}

void topics_state::shorten_largest()
{
    victims largest; // a heap: the one that holds most is on top
    auto const holds_less = [](auto const& one, auto const& other) {
        return one->told_bytes() < other->told_bytes();
    };
    {
        std::lock_guard const guard(lock_);
        for (entry const* each : by_use_)
            largest.push_back(each->kept);
    }
    std::ranges::make_heap(largest, holds_less);
    std::uint64_t events = 0;
    while (!largest.empty() && sums_->bytes > aim()) {
        std::ranges::pop_heap(largest, holds_less);
        auto const& most = largest.back();
        std::size_t const to_be_second =
            largest.size() > 1 ? most->told_bytes() - largest.front()->told_bytes() : 0;
        auto const given_up =
            most->give_up(std::min(sums_->bytes - aim(), std::max(to_be_second, most->told_bytes() / 8)));
        events += given_up;
        if (given_up > 0)
            std::ranges::push_heap(largest, holds_less);
        else
            largest.pop_back();
    }
    std::lock_guard const guard(lock_);
    totals_.events_given_up += events;
}

void topics_state::say_what_was_forgotten()
{
    std::string line;
    {
        std::lock_guard const guard(lock_);
        auto const topics = totals_.evicted - told_.evicted;
        auto const events = totals_.events_given_up - told_.events_given_up;
        time_point const now = options_.now();
        if (topics + events == 0 || now < next_telling_)
            return;
        next_telling_ = now + telling_period;
        told_ = totals_;
        line =
            fmt::format("topics: {} were forgotten with their events to make room for others, and {} events "
                        "of others before their time; clients that come back for them are told. See "
                        "max_topics ({}) and kept_bytes ({}) of topics_options",
                        topics, events, options_.max_topics, options_.kept_bytes);
    }
    try {
        if (options_.log)
            options_.log(log_level::warning, line);
    } catch (...) {
        log_to_stderr(log_level::warning, line);
    }
}

} // namespace tidings::detail
