// SPDX-License-Identifier: BSL-1.0
// How a registry keeps its bounds: which topics and events go when there are too many.
#include <tidings/hub/detail/topics_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tidings::detail {

namespace {

// At most so many topics are looked at for one that can go: each look moves on those that cannot. Where
// others can be shortened, at most a few.
constexpr std::size_t look_at = 1'000;
constexpr std::size_t look_first_at = 32;

constexpr duration telling_period = std::chrono::seconds(10);

template <typename Order>
typename Order::iterator move_to(typename Order::key_type place, typename Order::iterator from, Order& order)
{
    auto moved = order.extract(from);
    moved.key() = place;
    return order.insert(std::move(moved));
}

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
    if (by_use_.size() < options_.max_topics || take_one(true, look_at, gone) ||
        (for_publisher && take_one(false, look_at, gone)))
        return;
    throw too_many_topics(
        fmt::format("tidings: there are {} topics with events, and none of them can make room, since all are "
                    "in use or {} (see topics_options::max_topics)",
                    by_use_.size(), for_publisher ? "were so a moment ago" : "would lose their events"));
}

// The longest unpublished that nobody uses. Topics do not say when they are published to, so each that is
// looked at finds its place first; those in use are in nobody's way at the end.
bool topics_state::take_one(bool has_log, std::size_t most, victims& gone)
{
    by_publish& order = by_publish_[has_log];
    for (std::size_t i = 0; i < std::min(most, 2 * order.size()); ++i) {
        ++looks_;
        auto const first = order.begin();
        entry& of = *first->second;
        bool const is_used = of.kept.use_count() > 1;
        auto const true_time = is_used ? order.rbegin()->first : of.which->last_published();
        if (!is_used && true_time <= first->first) {
            totals_.evicted += !has_log;
            take_out(of, gone);
            return true;
        }
        of.published = move_to(true_time, first, order);
    }
    return false;
}

void topics_state::take_out(entry& which, victims& gone)
{
    if (!which.which->has_log())
        forgotten_at(which.which->name()) = next_serial_;
    by_use_.erase(which.used);
    by_publish_[which.which->has_log()].erase(which.published);
    by_bytes_.erase(which.placed);
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

// What cannot be freed now is tried again when a little more has been added.
void topics_state::free_bytes()
{
    sums_->too_much = options_.kept_bytes;
    free_topics(true, look_first_at); // what a log keeps costs nothing to forget
    shorten_largest();
    free_topics(false, look_at);
    if (has_too_much())
        sums_->too_much = sums_->bytes + options_.kept_bytes / 32;
}

void topics_state::free_topics(bool have_log, std::size_t most)
{
    victims gone;
    std::lock_guard const guard(lock_);
    std::size_t freed = 0;
    while (sums_->bytes - freed > options_.kept_bytes && take_one(have_log, most, gone))
        freed += gone.back()->told_bytes();
}

// In steps, so that those that hold about as much share the loss. The largest is found to within a quarter.
// Of those that were passed over one takes part again, so none of them has to say that its readers have got
// on.
void topics_state::shorten_largest()
{
    std::unique_lock lock(lock_);
    auto const again = by_bytes_.lower_bound(passed_over);
    if (again != by_bytes_.end() && again->first == passed_over)
        again->second->placed = move_to(again->second->which->told_bytes(), again, by_bytes_);
    while (has_too_much() && !by_bytes_.empty() && by_bytes_.begin()->first > passed_over) {
        ++looks_;
        auto const place = by_bytes_.begin()->first;
        // In use by this, it is not taken out meanwhile.
        auto const largest = by_bytes_.begin()->second->kept;
        lock.unlock();
        std::size_t const bytes = largest->told_bytes();
        bool const has_shrunk = bytes < place - place / 4; // then it only takes its true place
        auto const events =
            largest->give_up(has_shrunk ? 0 : std::min(sums_->bytes - options_.kept_bytes, bytes / 8));
        lock.lock();
        totals_.events_given_up += events;
    }
}

void topics_state::place(topic_state const& which, std::size_t bytes)
{
    std::lock_guard const guard(lock_);
    auto const found = entries_.find(which.name());
    if (found != entries_.end() && found->second.which == &which && found->second.kept)
        found->second.placed = move_to(bytes, found->second.placed, by_bytes_);
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
