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
    if (!told_.empty() || (has_returned() && !fetched_from_))
        return came_with_;
    return has_returned() ? topics_.position(*fetched_from_) : topics_.position();
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
        fetched_from_.reset();
        return first;
    }
    merged events;
    for (std::size_t empty = 0; empty < topics_.orders() && !is_over_;) {
        topics_.read(topics_.has_filters() ? batch_limit : 1, events);
        fetched_from_ = topics_.here(events.part);
        if (events.behind) {
            events.behind->topic().count_cut();
            is_over_ = was_cut_ = true;
            return std::nullopt;
        }
        if (events.passing) {
            topics_.move(*events.passing, events.passing_to, false);
            return reset_event(events.told);
        }
        empty = events.size() == 0 ? empty + 1 : 0;
        if (auto found = first_wanted(events))
            return found;
    }
    is_over_ |= topics_.is_over();
    return std::nullopt;
}

std::optional<event_text> subscription_state::first_wanted(merged& events)
{
    for (std::size_t i = 0; i < events.size(); ++i) {
        cursor const& at = events.cursor_of(i);
        bool const is_wanted = at.wants(events.frames[i], events.sources[i]);
        if (at.has_left()) { // the filter has destroyed the subscription
            is_over_ = true;
            return std::nullopt;
        }
        if (is_wanted) {
            auto const frame = topics_.addressed(events, i);
            topics_.move_past(events, i + 1, false);
            return frame.event();
        }
    }
    topics_.move_past(events, events.size(), false);
    return std::nullopt;
}

} // namespace tidings::detail
