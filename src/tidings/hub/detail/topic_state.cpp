// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/prepared_event.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/store_link.hpp>
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

std::string checked_name(std::string name, bool has_store)
{
    if (has_store && name.empty())
        throw std::invalid_argument("tidings: a topic with a store needs a name, to be found again in it");
    if (name.size() > max_name_bytes)
        throw std::invalid_argument(fmt::format("tidings: the name of a topic has {} bytes, and may have {}",
                                                name.size(), max_name_bytes));
    if (!is_valid_utf8(name))
        throw std::invalid_argument(
            "tidings: the name of a topic is not UTF-8; clients are told of the topic "
            "by its name, so it has to be text that can be sent");
    return name;
}

// The number of an own id that is on its way to the store: no client can have it yet.
constexpr std::uint64_t not_yet = std::numeric_limits<std::uint64_t>::max();

} // namespace

topic_state::topic_state(std::string name, std::shared_ptr<topic_options const> options,
                         std::shared_ptr<registry_state> of, std::shared_ptr<store_link> store)
    : name_(checked_name(std::move(name), store != nullptr)), options_(std::move(options)),
      registry_(std::move(of)), link_(std::move(store)), order_(&registry_->in_memory()), history_(*options_),
      last_published_(registry_->now()), is_loading_(link_ != nullptr)
{}

topic_state::~topic_state()
{
    for (std::size_t i = 0; i < opens_; ++i)
        link_->store().close(name_);
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
    return history_.has_room(to_store_.count() + 1, to_store_.bytes() + bytes, needed());
}

kept_event topic_state::prepare(event const& value, std::string_view key) const
{
    if (!key.empty() && options_->overflow != overflow::keep_latest)
        throw std::logic_error("tidings: a publish with a key needs a topic with overflow::keep_latest");
    return detail::prepare(value, key, numbers().epoch);
}

topic_state::attempt topic_state::try_publish(kept_event& value, delivered when_delivered)
{
    return has_store() ? publish_to_store(value, std::move(when_delivered))
                       : publish_in_memory(value, when_delivered != nullptr);
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

topic_state::attempt topic_state::publish_to_store(kept_event const& value, delivered when_delivered)
{
    stored_event draft = for_store(value);
    registry_state::section locked(*registry_);
    if (auto const refused = refuse(value, when_delivered != nullptr))
        return *refused;
    registry_->keep(*this, locked);
    if (hand_to_store(std::move(draft), std::move(when_delivered)))
        return {.result = {.status = publish_status::queued, .id = {}, .receivers = audience_.size()}};
    ++totals_.refused;
    return {.result = {.status = publish_status::would_block, .id = {}}};
}

// Nothing if it may be published.
std::optional<topic_state::attempt> topic_state::refuse(kept_event const& value, bool can_wait)
{
    require_open();
    history_.ids().require_new(value.own_id);
    if (has_room(longest_text(value, numbers().epoch)))
        return std::nullopt;
    totals_.refused += can_wait ? 0 : 1;
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
    to_store_.hold(std::move(text), std::max<std::size_t>(options_->max_events, 1));
    return {.status = publish_status::queued, .id = {}, .receivers = audience_.size()};
}

publish_result topic_state::deliver(kept_event added, time_point now)
{
    publish_result result{.id = {}, .receivers = audience_.size()};
    std::uint64_t const old_begin = history_.begin();
    std::uint64_t const evicted_before = history_.evicted();
    last_published_ = added.added = now;
    history_.ids().add(added.own_id, added.number);
    auto const superseded = history_.add(std::move(added));
    history_.forget_old(now, needed());
    if (history_.has_comments())
        history_.forget_comments(audience_.needed());
    result.drops = audience_.losses(old_begin, history_.begin(), history_.evicted() - evicted_before);
    totals_.dropped += result.drops;
    ++totals_.published;
    tell_store(superseded);
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

// Followers that enter let old events go, too; the store hears of these with the next event.
void topic_state::tell_store(std::optional<std::uint64_t> superseded)
{
    if (!has_store())
        return;
    if (superseded)
        link_->store().forget(name_, *superseded);
    auto const forgotten = history_.evicted() - given_up_;
    if (std::exchange(told_forgotten_, forgotten) == forgotten)
        return;
    kept_event const* const oldest = history_.oldest();
    link_->store().forget_before(name_, oldest ? oldest->number : history_.newest_number() + 1);
}

// False when its queue is full.
bool topic_state::hand_to_store(stored_event draft, delivered when_delivered)
{
    std::string const own_id = draft.own_id;
    std::size_t const bytes = draft.text.size();
    to_store_.add(bytes);
    history_.ids().add(own_id, not_yet);
    auto const take_back = [&] {
        to_store_.take_back(bytes);
        history_.ids().remove(own_id);
    };
    // A store that does not answer would keep the topic, the registry and itself.
    auto const on_answer = [weak = weak_from_this(), own_id, bytes,
                            when_delivered = std::move(when_delivered)](topic_store::kept const& answer) {
        if (auto const self = weak.lock())
            self->on_kept(own_id, bytes, answer, when_delivered);
        else if (when_delivered)
            when_delivered({}, answer.error);
    };
    try {
        if (link_->store().append(name_, std::move(draft), on_answer))
            return true;
    } catch (...) {
        take_back();
        throw;
    }
    take_back();
    return false;
}

void topic_state::on_kept(std::string const& own_id, std::size_t bytes, topic_store::kept const& answer,
                          delivered const& when_delivered)
{
    publish_result result;
    time_point const now = registry_->now();
    {
        registry_state::section const locked(*registry_);
        to_store_.remove(bytes);
        if (answer.error) {
            if (history_.ids().find(own_id) == not_yet)
                history_.ids().remove(own_id);
            ++totals_.not_kept;
            audience_.mark(); // a closed topic may be over now
        } else {
            if (answer.number == newest_kept_)
                result = last_delivery_;
            result.id = id_of(own_id, answer.number);
        }
        while (auto comment = to_store_.release())
            deliver_comment(std::move(*comment), now);
    }
    give_room();
    if (when_delivered)
        when_delivered(std::move(result), answer.error);
}

order const* topic_state::on_opened(std::uint64_t newest)
{
    ++opens_;
    newest_kept_ = newest;
    order* const numbers = link_->numbers();
    if (numbers)
        order_ = numbers;
    return numbers;
}

void topic_state::finish_restoring(restoring& by)
{
    by.finish(history_, registry_->now());
    // The process may have ended before the store deleted them.
    for (std::uint64_t const number : by.superseded)
        link_->store().forget(name_, number);
    if (by.kept_from > 0)
        link_->store().forget_before(name_, by.kept_from);
}

void topic_state::begin_anew()
{
    is_loading_ = true;
    history_.begin_anew();
    history_.reset_counts();
    told_forgotten_ = given_up_ = 0;
    ++disconnects_;
    audience_.mark();
}

bool topic_state::accept(std::uint64_t number, std::uint64_t previous, std::optional<kept_event> value)
{
    bool const is_whole = std::exchange(newest_kept_, number) == previous;
    last_delivery_ = {};
    if (value && !value->own_id.empty()) {
        auto const known = history_.ids().find(value->own_id);
        if (known == not_yet)
            history_.ids().remove(value->own_id);
        else if (known)
            value.reset(); // another event has it
    }
    if (!is_whole || !value)
        miss_up_to(value ? number - 1 : number);
    if (value)
        last_delivery_ = deliver(std::move(*value), registry_->now());
    return is_whole;
}

// They come back with an id from before, and are told.
void topic_state::miss_up_to(std::uint64_t number)
{
    history_.lose_up_to(number);
    ++disconnects_;
    audience_.mark();
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
    auto const begin = after ? history_.find_behind(*after, numbers().newest) : history_.find(from);
    loop_group& group = audience_.enter(*this, numbers(), executor, history_.end());
    if (is_loading_) // it is sent away, to come back
        audience_.mark();
    return {.begin = begin,
            .disconnects = disconnects_ - (is_loading_ ? 1 : 0),
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
