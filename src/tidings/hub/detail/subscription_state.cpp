// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/subscription_state.hpp>

#include <utility>

namespace tidings::detail {

namespace {

event_text reset_event(reset const& told)
{
    return event_text(event{.type = reset_type, .data = to_json(told)});
}

} // namespace

void subscription_state::enter(topic_list const& topics, boost::asio::any_io_executor const& executor,
                               std::optional<std::string> const& last_event_id)
{
    came_with_ = last_event_id.value_or(std::string());
    for (reset const& each : topics_.enter(topics, executor, last_event_id, *this).told)
        told_.push_back(reset_event(each));
}

void subscription_state::leave()
{
    auto const self = kept();
    topics_.leave();
    is_over_ = true;
    end_waits();
}

void subscription_state::take(cursor& at, batch const& live)
{
    auto const self = kept();
    is_over_ |= at.is_sent_away(live);
    notify();
}

void subscription_state::rethrow_failure()
{
    if (failure_)
        std::rethrow_exception(std::exchange(failure_, nullptr));
}

std::string subscription_state::position() const
{
    // A gap that has not been received would be passed over: who comes back is told of it again.
    if (!told_.empty() || (has_returned() && !fetched_of_))
        return came_with_;
    return has_returned() ? topics_.position(*fetched_of_, fetched_from_) : topics_.position();
}

// Nothing is thrown to whoever happens to ask: that may be a publish, or a wait that asks other sources too.
std::optional<event_text> subscription_state::fetch()
{
    auto const self = kept();
    try {
        return next_of_all();
    } catch (...) {
        failure_ = std::current_exception();
        is_over_ = true;
        return std::nullopt;
    }
}

std::optional<event_text> subscription_state::next_of_all()
{
    if (!told_.empty()) {
        event_text first = std::move(told_.front());
        told_.pop_front();
        fetched_of_ = nullptr;
        return first;
    }
    for (std::size_t asked = 0; asked < topics_.count() && !is_over_; ++asked) {
        cursor& at = topics_.take_turn();
        fetched_of_ = &at;
        fetched_from_ = at.next();
        if (auto found = next_of(at))
            return found;
    }
    is_over_ |= topics_.is_over();
    return std::nullopt;
}

std::optional<event_text> subscription_state::next_of(cursor& at)
{
    batch events;
    while (!at.is_over()) {
        auto const dropped = at.read(at.has_filter() ? batch_limit : 1, events);
        if (events.is_behind) {
            at.topic().count_cut();
            is_over_ = was_cut_ = true;
            return std::nullopt;
        }
        if (dropped > 0) {
            at.move_to(at.next(), false);
            return reset_event(topics_.overflow_reset(at, dropped));
        }
        for (std::size_t i = 0; i < events.size(); ++i) {
            bool const is_wanted = at.wants(events.frames[i]);
            if (at.has_left()) { // the filter has destroyed the subscription
                is_over_ = true;
                return std::nullopt;
            }
            if (is_wanted) {
                at.move_to(events.numbers[i] + 1, false);
                return topics_.addressed(at, events.numbers[i], events.frames[i]).event();
            }
        }
        bool const is_moved = events.next != at.next();
        if (is_moved)
            at.move_to(events.next, false);
        if (events.is_last)
            at.set_over();
        else if (!is_moved || events.size() == 0)
            break;
    }
    return std::nullopt;
}

} // namespace tidings::detail
