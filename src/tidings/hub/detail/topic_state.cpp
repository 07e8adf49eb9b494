// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/loop_group.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/sse/utf8.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <random>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

// Tells one life of a topic from another: 60 random bits.
std::string make_epoch()
{
    std::random_device random;
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
    std::string epoch;
    for (int i = 0; i < 12; ++i)
        epoch += digits[random() % digits.size()];
    return epoch;
}

topic_options checked(topic_options options)
{
    if (options.log && options.name.empty())
        throw std::invalid_argument("tidings: a topic with a log needs a name, to be found again in it");
    if (!is_valid_utf8(options.name))
        throw std::invalid_argument(
            "tidings: the name of a topic is not UTF-8; clients are told of the topic "
            "by its name, so it has to be text that can be sent");
    return options;
}

} // namespace

topic_state::topic_state(topic_options options)
    : options_(checked(std::move(options))), history_(open_history())
{}

history topic_state::open_history() const
{
    if (!options_.log)
        return {options_, make_epoch()};
    std::vector<std::uint64_t> superseded;
    history restored(options_, options_.log->open(options_.name), options_.now(),
                     std::chrono::system_clock::now(), superseded);
    // The process may have ended before the log deleted them.
    for (std::uint64_t const number : superseded)
        options_.log->forget(options_.name, number);
    return restored;
}

void topic_state::require_open() const
{
    if (is_closed_)
        throw std::logic_error("tidings: publish on a topic that has been closed");
}

bool topic_state::has_room() const
{
    return options_.overflow != overflow::wait || history_.has_room_for_drafts(needed());
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
    if (!key.empty() && options_.overflow != overflow::keep_latest)
        throw std::logic_error("tidings: a publish with a key needs a topic with overflow::keep_latest");
    std::lock_guard const guard(lock_);
    require_open();
    auto added = history_.prepare(value, key);
    if (!has_room()) {
        history_.abandon(added);
        return {.result = {.status = publish_status::would_block, .id = {}}};
    }
    if (!options_.log)
        return {.result = deliver(std::move(added))};
    if (!hand_to_log(added, std::move(when_delivered)))
        return {.result = {.status = publish_status::would_block, .id = {}}, .is_log_full = true};
    return {.result = {.status = publish_status::queued, .id = {}, .receivers = subscribers_}};
}

publish_result topic_state::publish_unnamed(std::string_view encoded)
{
    std::lock_guard const guard(lock_);
    require_open();
    bool const is_behind_others = history_.drafts() > 0;
    auto added = history_.prepare_unnamed(encoded);
    if (!has_room() || held_.size() >= std::max<std::size_t>(options_.max_events, 1)) {
        history_.abandon(added);
        ++totals_.refused;
        return {.status = publish_status::would_block, .id = {}};
    }
    if (!is_behind_others)
        return deliver(std::move(added));
    held_.push_back(std::move(added));
    return {.status = publish_status::queued, .id = {}, .receivers = subscribers_};
}

publish_result topic_state::deliver(history::draft added)
{
    std::uint64_t const old_begin = history_.begin();
    std::uint64_t const evicted_before = history_.evicted();
    publish_result result{.id = added.id, .receivers = subscribers_};
    time_point const now = options_.now();
    auto const superseded = history_.keep(std::move(added), now);
    history_.forget_old(now, needed());
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
    if (!options_.log)
        return;
    if (superseded)
        options_.log->forget(options_.name, *superseded);
    if (std::exchange(told_begin_, history_.begin()) != history_.begin())
        options_.log->forget_before(options_.name, told_begin_);
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
        auto const on_kept = [weak = weak_from_this(), added,
                              when_delivered = std::move(when_delivered)](std::exception_ptr error) {
            if (auto const self = weak.lock())
                self->on_logged(added, std::move(error), when_delivered);
        };
        if (options_.log->append(options_.name, std::move(kept), on_kept))
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

// The oldest event that a follower has yet to get; only `overflow::wait` heeds it.
std::uint64_t topic_state::needed() const
{
    std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
    if (options_.overflow != overflow::wait)
        return oldest;
    if (!laggards_.empty())
        oldest = laggards_.begin()->first;
    for (auto const& each : groups_)
        oldest = std::min(oldest, each->position);
    return oldest;
}

void topic_state::give_room()
{
    if (options_.overflow == overflow::wait)
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

bool topic_state::is_busy() const
{
    std::lock_guard const guard(lock_);
    return history_.drafts() > 0;
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
