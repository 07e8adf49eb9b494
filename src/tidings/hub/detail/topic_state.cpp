// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/restored_history.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/sse/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

std::string checked_name(std::string name, topic_options const& options)
{
    if (options.log && name.empty())
        throw std::invalid_argument("tidings: a topic with a log needs a name, to be found again in it");
    if (name.size() > max_name_bytes)
        throw std::invalid_argument(fmt::format("tidings: the name of a topic has {} bytes, and may have {}",
                                                name.size(), max_name_bytes));
    if (!is_valid_utf8(name))
        throw std::invalid_argument(
            "tidings: the name of a topic is not UTF-8; clients are told of the topic "
            "by its name, so it has to be text that can be sent");
    return name;
}

} // namespace

topic_state::topic_state(std::string name, std::shared_ptr<topic_options const> options,
                         std::shared_ptr<registry_state> of)
    : name_(checked_name(std::move(name), *options)), options_(std::move(options)), registry_(std::move(of)),
      order_(registry_->in_memory()), history_(*options_), last_published_(options_->now())
{
    if (has_log())
        open_log();
}

topic_state::~topic_state()
{
    if (has_log())
        options_->log->close(name_);
    registry_->on_gone(*this);
}

void topic_state::open_log()
{
    auto tail = options_->log->open(name_);
    try {
        order_ = std::make_shared<order>(tail.epoch, tail.next_number - 1);
        to_log_.emplace(tail.next_number);
        auto const done =
            restore(history_, std::move(tail), last_published_, std::chrono::system_clock::now());
        // The process may have ended before the log deleted them.
        for (std::uint64_t const number : done.superseded)
            options_->log->forget(name_, number);
        if (done.unreadable > 0)
            options_->log->on_unreadable(name_, done.unreadable, done.first_fault);
        else if (done.kept_from > 0)
            options_->log->forget_before(name_, done.kept_from);
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

// For one more event, of so many bytes.
bool topic_state::has_room(std::size_t bytes) const
{
    if (options_->overflow != overflow::wait)
        return true;
    std::size_t const before = to_log_ ? to_log_->count() : 0;
    std::size_t const bytes_before = to_log_ ? to_log_->bytes() : 0;
    return history_.has_room(before + 1, bytes_before + bytes, needed());
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
    prepared_event added(value, key, order_->epoch);
    auto tried = try_publish_locked(added, options_->now(), std::move(when_delivered));
    if (tried.result.status == publish_status::published)
        tried.result.id = added.id(order_->epoch);
    return tried;
}

topic_state::attempt topic_state::try_publish_locked(prepared_event& added, time_point now,
                                                     delivered when_delivered)
{
    registry_state::section locked(*registry_);
    require_open();
    history_.ids().require_new(added.own_id);
    added.take_number(to_log_ ? to_log_->next() : order_->newest + 1, order_->epoch);
    if (!has_room(added.frame.text().size()))
        return {.result = {.status = publish_status::would_block, .id = {}}};
    registry_->keep(*this, locked);
    if (to_log_ && !hand_to_log(added, std::move(when_delivered)))
        return {.result = {.status = publish_status::would_block, .id = {}}, .is_log_full = true};
    if (to_log_)
        return {.result = {.status = publish_status::queued, .id = {}, .receivers = audience_.size()}};
    history_.ids().add(added.own_id, added.number);
    attempt done{.result = deliver(added, now)};
    registry_->on_change(*this, locked);
    return done;
}

publish_result topic_state::publish_unnamed(std::string_view encoded)
{
    internal::shared_frame text(encoded);
    time_point const now = options_->now();
    registry_state::section locked(*registry_);
    require_open();
    if (!to_log_ || to_log_->count() == 0)
        return deliver_comment(std::move(text), now);
    if (to_log_->held() >= std::max<std::size_t>(options_->max_events, 1)) {
        ++totals_.refused;
        return {.status = publish_status::would_block, .id = {}};
    }
    to_log_->hold(std::move(text));
    return {.status = publish_status::queued, .id = {}, .receivers = audience_.size()};
}

publish_result topic_state::deliver(prepared_event const& added, time_point now)
{
    publish_result result{.id = {}, .receivers = audience_.size()};
    std::uint64_t const old_begin = history_.begin();
    std::uint64_t const evicted_before = history_.evicted();
    last_published_ = now;
    order_->newest = added.number;
    auto const superseded = history_.add({.number = added.number,
                                          .frame = added.frame,
                                          .added = now,
                                          .own_id = added.own_id,
                                          .key = added.key});
    history_.forget_old(now, needed());
    if (history_.has_comments())
        history_.forget_comments(audience_.needed());
    result.drops = audience_.losses(old_begin, history_.begin(), history_.evicted() - evicted_before);
    totals_.dropped += result.drops;
    ++totals_.published;
    tell_log(superseded);
    audience_.mark();
    return result;
}

publish_result topic_state::deliver_comment(internal::shared_frame text, time_point now)
{
    publish_result result{.id = {}, .receivers = audience_.size()};
    if (result.receivers == 0)
        return result;
    history_.add_comment(std::move(text), order_->newest, now);
    history_.forget_comments(audience_.needed());
    audience_.mark();
    return result;
}

// Followers that enter let old events go, too; the log hears of these with the next event.
void topic_state::tell_log(std::optional<std::uint64_t> superseded)
{
    if (!to_log_)
        return;
    if (superseded)
        options_->log->forget(name_, *superseded);
    auto const forgotten = history_.evicted() - given_up_;
    if (std::exchange(told_forgotten_, forgotten) == forgotten)
        return;
    kept_event const* const oldest = history_.oldest();
    options_->log->forget_before(name_, oldest ? oldest->number : history_.newest_number() + 1);
}

// False when its queue is full.
bool topic_state::hand_to_log(prepared_event const& added, delivered when_delivered)
{
    to_log_->add(added);
    history_.ids().add(added.own_id, added.number);
    auto const take_back = [&] {
        to_log_->take_back(added);
        history_.ids().remove(added.own_id);
    };
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
        take_back();
        throw;
    }
    take_back();
    return false;
}

void topic_state::on_logged(prepared_event const& added, std::exception_ptr error,
                            delivered const& when_delivered)
{
    publish_result result;
    time_point const now = options_->now();
    {
        registry_state::section locked(*registry_);
        to_log_->remove(added);
        if (error) {
            history_.ids().remove(added.own_id);
            ++totals_.not_kept;
            audience_.mark(); // a closed topic may be over now
        } else {
            result = deliver(added, now);
            result.id = added.id(order_->epoch);
            registry_->on_change(*this, locked);
        }
        while (auto comment = to_log_->release(added.number))
            deliver_comment(std::move(*comment), now);
    }
    give_room();
    if (when_delivered)
        when_delivered(std::move(result), std::move(error));
}

std::size_t topic_state::give_up(std::size_t bytes)
{
    std::size_t const events = history_.give_up(bytes, audience_.needed());
    given_up_ += events;
    return events;
}

// What may not leave the history: only `overflow::wait` heeds it.
std::uint64_t topic_state::needed() const
{
    return options_->overflow == overflow::wait ? audience_.needed()
                                                : std::numeric_limits<std::uint64_t>::max();
}

void topic_state::give_room()
{
    if (options_->overflow == overflow::wait)
        (void)room_.try_send(true);
}

void topic_state::count_refused()
{
    std::lock_guard const guard(registry_->lock());
    ++totals_.refused;
}

void topic_state::count_cut()
{
    std::lock_guard const guard(registry_->lock());
    ++totals_.cut;
}

void topic_state::close()
{
    std::lock_guard const guard(registry_->lock());
    if (!std::exchange(is_closed_, true))
        audience_.mark();
    room_.close();
}

bool topic_state::is_closed() const
{
    std::lock_guard const guard(registry_->lock());
    return is_closed_;
}

std::size_t topic_state::disconnect()
{
    std::lock_guard const guard(registry_->lock());
    ++disconnects_;
    audience_.mark();
    return audience_.size();
}

topic_state::entrance topic_state::enter(boost::asio::any_io_executor const& executor,
                                         std::optional<std::uint64_t> after, start_position from,
                                         time_point now)
{
    registry_->on_first_follower(*this);
    history_.forget_old(now, needed());
    history_.forget_comments(audience_.needed());
    auto const begin = after ? history_.find_behind(*after, order_->newest) : history_.find(from);
    loop_group& group = audience_.enter(*this, *order_, executor, history_.end());
    return {.begin = begin,
            .disconnects = disconnects_,
            .group = &group,
            .place = audience_.add_laggard(group, begin.next, history_.end())};
}

void topic_state::leave(loop_group& group)
{
    audience_.leave(group);
    if (audience_.size() == 0)
        registry_->on_last_follower(*this);
}

void topic_state::read(std::uint64_t from, std::size_t limit, batch& into) const
{
    into.is_behind = from < history_.begin();
    into.oldest = history_.begin();
    into.disconnects = disconnects_;
    into.next = history_.end();
    if (!into.is_behind)
        history_.copy(from, limit, into);
    into.is_last = !into.is_behind && is_over_at(into.next);
}

bool topic_state::is_over_at(std::uint64_t place) const
{
    return is_closed_ && place >= history_.end() && (!to_log_ || to_log_->count() == 0);
}

std::string topic_state::id_of(kept_event const& which) const
{
    return which.own_id.empty() ? automatic_id{.epoch = order_->epoch, .number = which.number}.text()
                                : which.own_id;
}

reset topic_state::reset_for(gap reason, std::uint64_t dropped) const
{
    kept_event const* const oldest = history_.oldest();
    return {
        .reason = reason, .oldest = oldest ? id_of(*oldest) : std::string(), .dropped = dropped, .topic = {}};
}

std::string topic_state::position() const
{
    std::lock_guard const guard(registry_->lock());
    if (!history_.newest_own_id().empty())
        return history_.newest_own_id();
    std::uint64_t const newest = history_.newest_number();
    return automatic_id{.epoch = order_->epoch, .number = newest > 0 ? newest : order_->newest}.text();
}

std::size_t topic_state::subscribers() const
{
    std::lock_guard const guard(registry_->lock());
    return audience_.size();
}

topic_stats topic_state::stats() const
{
    std::lock_guard const guard(registry_->lock());
    topic_stats now = totals_;
    now.superseded = history_.superseded();
    now.subscribers = audience_.size();
    now.lagging = audience_.lagging(history_.end());
    now.max_lag = audience_.max_lag(history_.end());
    now.history_count = history_.count();
    now.history_bytes = history_.bytes();
    return now;
}

} // namespace tidings::detail
