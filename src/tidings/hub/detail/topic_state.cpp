// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/prepared_event.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/store_link.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/sse/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

std::string checked_name(std::string name, bool has_store)
{
    if (has_store && name.empty())
        throw std::invalid_argument("tidings: a topic with a store needs a name, to be found again in it");
    if (name.size() > topic::max_name_bytes)
        throw std::invalid_argument(
            fmt::format("tidings: the name of a topic has {} bytes, and at most {} are allowed", name.size(),
                        topic::max_name_bytes));
    if (!is_valid_utf8(name))
        throw std::invalid_argument("tidings: the name of a topic is not UTF-8; resets name the topic, so "
                                    "its name has to be text that can be sent");
    return name;
}

} // namespace

topic_state::topic_state(std::string name, std::shared_ptr<topic_options const> options,
                         std::shared_ptr<registry_state> of, std::shared_ptr<store_link> store)
    : name_(checked_name(std::move(name), store != nullptr)), options_(std::move(options)),
      registry_(std::move(of)), order_(&registry_->in_memory()), history_(*options_),
      stored_(store ? std::make_unique<stored_topic>(*this, std::move(store)) : nullptr)
{}

topic_state::~topic_state()
{
    if (stored_)
        stored_->close();
    registry_->on_gone(*this);
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
    std::size_t events = 1; // which are to be kept
    if (stored_) {
        events += stored_->on_their_way().count();
        bytes += stored_->on_their_way().bytes();
    }
    return history_.has_room(events, bytes, needed());
}

kept_event topic_state::prepare(event const& value, std::string_view key)
{
    if (!key.empty() && options_->overflow != overflow::keep_latest)
        throw std::logic_error("tidings: a publish with a key needs a topic with overflow::keep_latest");
    kept_event made = detail::prepare(value, key, numbers().epoch);
    if (value.retry)
        set_retry();
    return made;
}

topic_state::attempt topic_state::try_publish(kept_event& value, when_kept when_kept, topic::producer by)
{
    return stored_ ? publish_to_store(value, std::move(when_kept), by)
                   : publish_in_memory(value, when_kept != nullptr);
}

topic_state::attempt topic_state::publish_in_memory(kept_event& value, bool can_wait)
{
    time_point const now = registry_->now();
    std::string const own_id = value.own_id;
    std::uint64_t number = 0;
    publish_result done;
    {
        registry_state::section locked(*registry_);
        if (auto const refused = refuse(value, can_wait))
            return *refused;
        registry_->keep(*this, locked);
        number = numbers().newest + 1;
        give_number(value, number, numbers().epoch);
        numbers().newest = number;
        done = deliver(std::move(value), now);
        registry_->on_change(*this, locked);
    }
    done.id = id_of(own_id, number);
    return {.result = std::move(done)};
}

topic_state::attempt topic_state::publish_to_store(kept_event const& value, when_kept when_kept,
                                                   topic::producer by)
{
    stored_event draft = for_store(value);
    draft.producer = by.id;
    draft.sequence = by.sequence;
    registry_state::section locked(*registry_);
    if (auto const refused = refuse(value, when_kept != nullptr, by.sequence > 0))
        return *refused;
    registry_->keep(*this, locked);
    if (stored_->append(std::move(draft), std::move(when_kept)))
        return {.result = {.status = publish_status::queued, .id = {}, .receivers = audience_.size()}};
    count(&topic_stats::refused, 1);
    return {.result = {.status = publish_status::would_block, .id = {}}};
}

// Nothing if it may be published.
std::optional<topic_state::attempt> topic_state::refuse(kept_event const& value, bool can_wait,
                                                        bool may_repeat)
{
    require_open();
    if (!may_repeat) // else its store looks
        history_.ids().require_new(value.own_id);
    if (has_room(longest_text(value, numbers().epoch)))
        return std::nullopt;
    count(&topic_stats::refused, can_wait ? 0 : 1);
    return attempt{.result = {.status = publish_status::would_block, .id = {}}, .may_wait = can_wait};
}

publish_result topic_state::publish_unnamed(std::string_view encoded)
{
    internal::shared_frame text(encoded);
    time_point const now = registry_->now();
    registry_state::section locked(*registry_);
    require_open();
    if (!has_events_on_their_way())
        return deliver_comment(std::move(text), now);
    stored_->hold(std::move(text), std::max<std::size_t>(options_->max_events, 1));
    return {.status = publish_status::queued, .id = {}, .receivers = audience_.size()};
}

publish_result topic_state::deliver(kept_event added, time_point now)
{
    publish_result result{.id = {}, .receivers = audience_.size()};
    std::uint64_t const old_begin = history_.begin();
    std::uint64_t const evicted_before = history_.evicted();
    added.added = now;
    history_.ids().add(added.own_id, added.number);
    auto const superseded = history_.add(std::move(added));
    history_.forget_old(now, needed());
    if (history_.has_comments())
        history_.forget_comments(audience_.needed());
    result.drops = audience_.losses(old_begin, history_.begin(), history_.evicted() - evicted_before);
    count(&topic_stats::dropped, result.drops);
    count(&topic_stats::published, 1);
    count(&topic_stats::superseded, superseded ? 1 : 0);
    if (stored_ && superseded)
        stored_->link()->store().forget(name_, *superseded);
    tell_store(evicted_before);
    audience_.mark();
    return result;
}

publish_result topic_state::deliver_comment(internal::shared_frame text, time_point now)
{
    publish_result result{.id = {}, .receivers = audience_.size()};
    if (result.receivers == 0)
        return result;
    history_.add_comment(std::move(text), numbers().newest, now);
    history_.forget_comments(audience_.needed());
    audience_.mark();
    return result;
}

// What has left the history, which had lost so many before, need not be kept any more.
void topic_state::tell_store(std::uint64_t evicted_before)
{
    if (!stored_ || stored_->is_loading() || history_.evicted() == evicted_before)
        return;
    kept_event const* const oldest = history_.oldest();
    stored_->link()->store().forget_before(name_, oldest ? oldest->number : history_.newest_number() + 1);
}

void topic_state::send_away()
{
    ++disconnects_;
    audience_.mark();
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
        (void)room_.try_send();
}

void topic_state::count_cut()
{
    std::lock_guard const guard(registry_->lock());
    count(&topic_stats::cut, 1);
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
    send_away();
    return audience_.size();
}

topic_state::entrance topic_state::enter(boost::asio::any_io_executor const& executor,
                                         std::optional<std::uint64_t> after, start_position from,
                                         time_point now)
{
    registry_->on_first_follower(*this);
    std::uint64_t const evicted_before = history_.evicted();
    history_.forget_old(now, needed());
    tell_store(evicted_before);
    history_.forget_comments(audience_.needed());
    auto begin = after ? history_.find_behind(*after, numbers().newest) : history_.find(from);
    if (begin.missing != gap::none) // a client whose place is gone begins as a new one does
        begin.next = history_.find(from).next;
    loop_group& group = audience_.enter(*this, numbers(), executor, history_.end());
    bool const is_loading = stored_ && stored_->is_loading();
    if (is_loading) // it is sent away, to come back
        audience_.mark();
    return {.begin = begin,
            .disconnects = disconnects_ - (is_loading ? 1 : 0),
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
    return is_closed_ && place >= history_.end() && !has_events_on_their_way();
}

std::string topic_state::id_of(std::string const& own_id, std::uint64_t number) const
{
    return detail::id_of(own_id, number, numbers().epoch);
}

reset topic_state::reset_for(gap reason, std::uint64_t dropped) const
{
    count_reset(reason);
    kept_event const* const oldest = history_.oldest();
    return {.reason = reason,
            .oldest = oldest ? id_of(oldest->own_id, oldest->number) : std::string(),
            .dropped = dropped,
            .topic = {}};
}

std::string topic_state::position() const
{
    std::lock_guard const guard(registry_->lock());
    std::uint64_t const newest = history_.newest_number();
    return id_of(history_.newest_own_id(), newest > 0 ? newest : numbers().newest);
}

std::size_t topic_state::subscribers() const
{
    std::lock_guard const guard(registry_->lock());
    return audience_.size();
}

topic_stats topic_state::stats() const
{
    std::lock_guard const guard(registry_->lock());
    return stats_now();
}

topic_stats topic_state::stats_now() const
{
    topic_stats now = totals_;
    now.subscribers = audience_.size();
    now.lagging = audience_.lagging(history_.end());
    now.max_lag = audience_.max_lag(history_.end());
    now.history_count = history_.count();
    now.history_bytes = history_.bytes();
    return now;
}

internal::label_figures& topic_state::counts_of_label() const
{
    if (!of_label_)
        of_label_ = &registry_->counts_of(options_->label);
    return *of_label_;
}

void topic_state::count(std::uint64_t topic_stats::* what, std::uint64_t more)
{
    totals_.*what += more;
    counts_of_label().sum.*what += more;
}

} // namespace tidings::detail
