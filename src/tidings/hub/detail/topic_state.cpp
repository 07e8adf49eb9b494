// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/loop_group.hpp>
#include <tidings/hub/detail/topic_state.hpp>

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

} // namespace

topic_state::topic_state(topic_options options) : options_(std::move(options)), history_(open_history())
{
    if (options_.log && options_.name.empty())
        throw std::invalid_argument("tidings: a topic with a log needs a name, to be found again in it");
}

history topic_state::open_history() const
{
    if (!options_.log)
        return {options_, make_epoch()};
    return {options_, options_.log->open(options_.name), options_.now(), std::chrono::system_clock::now()};
}

void topic_state::require_open() const
{
    if (is_closed_)
        throw std::logic_error("tidings: publish on a topic that has been closed");
}

publish_result topic_state::publish(event const& value, std::string_view key)
{
    return publish(value, key, {});
}

publish_result topic_state::publish(event const& value, std::string_view key, delivered when_delivered)
{
    if (!key.empty() && options_.overflow != overflow::keep_latest)
        throw std::logic_error("tidings: a publish with a key needs a topic with overflow::keep_latest");
    std::lock_guard const guard(lock_);
    require_open();
    auto added = history_.prepare(value, key);
    if (options_.overflow == overflow::wait && !history_.has_room_for_drafts(needed())) {
        history_.abandon(added);
        ++totals_.refused;
        return {.status = publish_status::would_block, .id = {}};
    }
    if (options_.log)
        return hand_to_log(added, std::move(when_delivered));
    return deliver(std::move(added));
}

publish_result topic_state::publish_unnamed(std::string_view encoded)
{
    std::lock_guard const guard(lock_);
    require_open();
    return deliver(history_.prepare_unnamed(encoded));
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
    ++totals_.published;
    if (options_.log && superseded)
        options_.log->forget(options_.name, *superseded);
    if (options_.log && history_.begin() != old_begin)
        options_.log->forget_before(options_.name, history_.begin());
    wake_groups();
    return result;
}

publish_result topic_state::hand_to_log(history::draft const& added, delivered when_delivered)
{
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
    if (!options_.log->append(options_.name, std::move(kept), on_kept)) {
        history_.abandon(added);
        ++totals_.refused;
        return {.status = publish_status::would_block, .id = {}};
    }
    return {.status = publish_status::queued, .id = {}, .receivers = subscribers_};
}

void topic_state::on_logged(history::draft added, std::exception_ptr error, delivered const& when_delivered)
{
    publish_result result;
    {
        std::lock_guard const guard(lock_);
        if (error) {
            history_.abandon(added);
            ++totals_.not_kept;
            wake_groups(); // a closed topic may be over now
        } else {
            result = deliver(std::move(added));
        }
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
