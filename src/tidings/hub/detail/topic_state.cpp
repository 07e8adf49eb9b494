// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/loop_group.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/hub/detail/topics_state.hpp>
#include <tidings/sse/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

// A difference that is not worth telling the others of.
constexpr std::size_t bytes_step = 1024;

std::string checked_name(topic_options const& options)
{
    if (options.log && options.name.empty())
        throw std::invalid_argument("tidings: a topic with a log needs a name, to be found again in it");
    if (options.name.size() > max_name_bytes)
        throw std::invalid_argument(fmt::format(
            "tidings: the name of a topic has {} bytes, and may have {}; a shorter one also keeps the ids of "
            "streams of several topics short",
            options.name.size(), max_name_bytes));
    if (!is_valid_utf8(options.name))
        throw std::invalid_argument(
            "tidings: the name of a topic is not UTF-8; clients are told of the topic "
            "by its name, so it has to be text that can be sent");
    return options.name;
}

} // namespace

topic_state::topic_state(std::shared_ptr<topic_options const> const& options)
    : topic_state(checked_name(*options), options, membership{})
{}

topic_state::topic_state(std::string name, std::shared_ptr<topic_options const> options, membership const& of)
    : name_(std::move(name)), options_(std::move(options)), registry_(of.registry), sums_(of.sums),
      max_blank_(of.max_blank), history_(open_history(of)), is_kept_(!sums_ || history_.end() > 1)
{
    last_published_ = options_->now();
    if (is_kept_)
        report_bytes(0);
}

topic_state::~topic_state()
{
    if (options_->log)
        options_->log->close(name_);
    if (!sums_)
        return;
    sums_->bytes -= told_bytes_;
    if (auto const registry = registry_.lock())
        registry->on_gone(*this);
}

history topic_state::open_history(membership const& of) const
{
    if (!options_->log)
        return {*options_, of.epoch.empty() ? make_epoch() : of.epoch, of.blank_since};
    auto tail = options_->log->open(name_);
    try {
        std::uint64_t const oldest = tail.events.empty() ? tail.next_number : tail.events.front().number;
        history::restoring came_of_it;
        history restored(*options_, std::move(tail), options_->now(), std::chrono::system_clock::now(),
                         came_of_it);
        // The process may have ended before the log deleted them.
        for (std::uint64_t const number : came_of_it.superseded)
            options_->log->forget(name_, number);
        if (came_of_it.unreadable > 0)
            options_->log->on_unreadable(name_, came_of_it.unreadable, came_of_it.first_fault);
        else if (restored.begin() > oldest)
            options_->log->forget_before(name_, restored.begin());
        return restored;
    } catch (...) {
        options_->log->close(name_);
        throw;
    }
}

void topic_state::require_open() const
{
    if (is_closed_)
        throw std::logic_error("tidings: publish on a topic that has been closed");
}

bool topic_state::has_room() const
{
    return options_->overflow != overflow::wait || history_.has_room_for_drafts(needed());
}

publish_result topic_state::publish(event const& value, std::string_view key)
{
    auto tried = try_publish(value, key, {});
    if (tried.result.status == publish_status::would_block)
        count_refused();
    return std::move(tried.result);
}

topic_state::attempt topic_state::try_publish(event const& value, std::string_view key,
                                              delivered when_delivered)
{
    if (!key.empty() && options_->overflow != overflow::keep_latest)
        throw std::logic_error("tidings: a publish with a key needs a topic with overflow::keep_latest");
    auto tried = try_publish_locked(value, key, std::move(when_delivered));
    settle();
    return tried;
}

topic_state::attempt topic_state::try_publish_locked(event const& value, std::string_view key,
                                                     delivered when_delivered)
{
    std::lock_guard const guard(lock_);
    require_open();
    auto added = history_.prepare(value, key);
    if (!has_room()) {
        history_.abandon(added);
        return {.result = {.status = publish_status::would_block, .id = {}}};
    }
    try {
        be_kept();
    } catch (...) {
        history_.abandon(added);
        throw;
    }
    if (!options_->log)
        return {.result = deliver(std::move(added))};
    if (!hand_to_log(added, std::move(when_delivered)))
        return {.result = {.status = publish_status::would_block, .id = {}}, .is_log_full = true};
    return {.result = {.status = publish_status::queued, .id = {}, .receivers = subscribers_}};
}

publish_result topic_state::publish_unnamed(std::string_view encoded)
{
    std::lock_guard const guard(lock_);
    require_open();
    if (held_.size() >= std::max<std::size_t>(options_->max_events, 1)) {
        ++totals_.refused;
        return {.status = publish_status::would_block, .id = {}};
    }
    bool const is_behind_others = history_.drafts() > 0;
    auto added = history_.prepare_unnamed(encoded);
    if (!is_behind_others)
        return deliver(std::move(added));
    held_.push_back(std::move(added));
    return {.status = publish_status::queued, .id = {}, .receivers = subscribers_};
}

// Becomes one of the topics that the registry keeps, with the first event.
void topic_state::be_kept()
{
    if (is_kept_)
        return;
    if (auto const registry = registry_.lock()) {
        registry->keep(*this);
        is_unsettled_ = true; // others may have made room
    }
    is_kept_ = true;
    if (subscribers_ > 0)
        --sums_->blank;
}

// The first follower of a topic that was never published to.
void topic_state::count_blank()
{
    if (++sums_->blank <= max_blank_)
        return;
    --sums_->blank;
    throw too_many_topics(fmt::format(
        "tidings: clients follow {} topics that were never published to, and no more are allowed (see "
        "topics_options::max_blank_topics)",
        max_blank_));
}

void topic_state::report_bytes(std::size_t step)
{
    if (!sums_)
        return;
    std::size_t const now = history_.memory() + registry_sums::topic_overhead;
    std::size_t const told = told_bytes();
    if (std::max(now, told) - std::min(now, told) < std::min(step, sums_->max_bytes))
        return;
    told_bytes_.store(now, std::memory_order_relaxed);
    if (sums_->has_too_much(now - told))
        is_unsettled_ = true;
}

void topic_state::take_place(std::size_t bytes)
{
    placed_bytes_ = bytes;
    if (auto const registry = registry_.lock())
        registry->place(*this, bytes);
}

// Without the lock: what the registry does then may come to other topics, and to a user's log.
void topic_state::settle()
{
    if (!is_unsettled_.load(std::memory_order_relaxed) || !is_unsettled_.exchange(false))
        return;
    if (auto const registry = registry_.lock())
        registry->settle();
}

std::size_t topic_state::give_up(std::size_t bytes)
{
    std::lock_guard const guard(lock_);
    std::size_t const events = history_.give_up(bytes, needed_by_followers());
    given_up_ += events;
    report_bytes(0);
    if (history_.count() <= 1)
        take_place(0);
    else if (events > 0 || told_bytes() < placed_bytes_)
        take_place(told_bytes());
    else
        take_place(topics_state::passed_over);
    return events;
}

publish_result topic_state::deliver(history::draft added)
{
    publish_result result{.id = added.id, .receivers = subscribers_};
    if (result.id.empty() && subscribers_ == 0) { // for nobody
        history_.abandon(added);
        return result;
    }
    std::uint64_t const old_begin = history_.begin();
    std::uint64_t const evicted_before = history_.evicted();
    time_point const now = options_->now();
    last_published_.store(now, std::memory_order_relaxed);
    auto const superseded = history_.keep(std::move(added), now);
    history_.forget_old(now, needed());
    if (history_.has_unnamed())
        history_.forget_unnamed(needed_by_followers());
    report_bytes(bytes_step);
    if (told_bytes() > placed_bytes_ && history_.count() > 1)
        take_place(told_bytes() + told_bytes() / 4); // the next events change nothing
    result.drops = drops_between(old_begin, history_.evicted() - evicted_before);
    totals_.dropped += result.drops;
    totals_.published += result.id.empty() ? 0 : 1;
    tell_log(superseded);
    wake_groups();
    return result;
}

// What is right behind number `number - 1`, which is done with.
void topic_state::deliver_held(std::uint64_t number)
{
    for (; !held_.empty() && held_.front().number == number; ++number) {
        history::draft next = std::move(held_.front());
        held_.pop_front();
        deliver(std::move(next));
    }
}

// Followers that enter let old events go, too; the log hears of these with the next event.
void topic_state::tell_log(std::optional<std::uint64_t> superseded)
{
    if (!options_->log)
        return;
    if (superseded)
        options_->log->forget(name_, *superseded);
    auto const forgotten = history_.evicted() - given_up_;
    if (std::exchange(told_forgotten_, forgotten) != forgotten)
        options_->log->forget_before(name_, history_.begin());
}

// False when its queue is full.
bool topic_state::hand_to_log(history::draft const& added, delivered when_delivered)
{
    try {
        logged_event kept{.number = added.number,
                          .own_id = added.own_id,
                          .key = added.key,
                          .text = std::string(added.frame.text()),
                          .published = std::chrono::system_clock::now()};
        auto const on_kept = [self = shared_from_this(), added,
                              when_delivered = std::move(when_delivered)](std::exception_ptr error) {
            self->on_logged(added, std::move(error), when_delivered);
        };
        if (options_->log->append(name_, std::move(kept), on_kept))
            return true;
    } catch (...) {
        history_.abandon(added);
        throw;
    }
    history_.abandon(added);
    return false;
}

void topic_state::on_logged(history::draft added, std::exception_ptr error, delivered const& when_delivered)
{
    publish_result result;
    {
        std::lock_guard const guard(lock_);
        std::uint64_t const number = added.number;
        if (error) {
            history_.abandon(added);
            ++totals_.not_kept;
            wake_groups(); // a closed topic may be over now
        } else {
            result = deliver(std::move(added));
        }
        deliver_held(number + 1);
    }
    give_room();
    settle();
    if (when_delivered)
        when_delivered(std::move(result), std::move(error));
}

// Whose next event has left the history with this publish, and how many of its events.
std::size_t topic_state::drops_between(std::uint64_t old_begin, std::uint64_t evicted) const
{
    std::uint64_t const begin = history_.begin();
    if (evicted == 0)
        return 0;
    auto const lost_from = [&](std::uint64_t place) {
        return std::min(evicted, begin - std::clamp(place, old_begin, begin));
    };
    std::uint64_t drops = 0;
    for (auto at = laggards_.begin(); at != laggards_.end() && at->first < begin; ++at)
        drops += lost_from(at->first);
    for (auto const& each : groups_)
        drops += lost_from(each->position) * (each->count - each->lagging);
    return drops;
}

// What may not leave the history: only `overflow::wait` heeds it.
std::uint64_t topic_state::needed() const
{
    return options_->overflow == overflow::wait ? needed_by_followers()
                                                : std::numeric_limits<std::uint64_t>::max();
}

// The oldest event that a follower has yet to get.
std::uint64_t topic_state::needed_by_followers() const
{
    std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
    if (!laggards_.empty())
        oldest = laggards_.begin()->first;
    for (auto const& each : groups_)
        oldest = std::min(oldest, each->position);
    return oldest;
}

void topic_state::give_room()
{
    if (options_->overflow == overflow::wait)
        (void)room_.try_send(true);
}

void topic_state::wake_groups()
{
    for (auto const& each : groups_)
        each->wake();
}

void topic_state::count_refused()
{
    std::lock_guard const guard(lock_);
    ++totals_.refused;
}

void topic_state::close()
{
    std::lock_guard const guard(lock_);
    if (!std::exchange(is_closed_, true))
        wake_groups();
    room_.close();
}

bool topic_state::is_closed() const
{
    std::lock_guard const guard(lock_);
    return is_closed_;
}

std::size_t topic_state::disconnect()
{
    std::lock_guard const guard(lock_);
    ++disconnects_;
    wake_groups();
    return subscribers_;
}

std::string topic_state::position() const
{
    std::lock_guard const guard(lock_);
    return history_.position();
}

std::size_t topic_state::subscribers() const
{
    std::lock_guard const guard(lock_);
    return subscribers_;
}

topic_stats topic_state::stats() const
{
    std::lock_guard const guard(lock_);
    topic_stats now = totals_;
    now.superseded = history_.superseded();
    now.subscribers = subscribers_;
    // A subscription is always among them, also with everything received.
    now.lagging = laggards_.size() - laggards_.count(history_.end());
    if (!laggards_.empty())
        now.max_lag = history_.end() - std::min(laggards_.begin()->first, history_.end());
    now.history_count = history_.count();
    now.history_bytes = history_.bytes();
    return now;
}

} // namespace tidings::detail
