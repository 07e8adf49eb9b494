// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/subscription_state.hpp>

#include <utility>

namespace tidings::detail {

subscription_state::subscription_state(context const& ctx, topic_list const& topics,
                                       std::optional<std::string> const& last_event_id)
    : topics_(topics, ctx.get_executor(), last_event_id), turn_(topics_.cursors().begin())
{
    for (cursor const& each : topics_.cursors())
        if (each.told().reason != gap::none)
            told_.push_back(reset_event(each, each.told()));
}

void subscription_state::leave()
{
    topics_.leave();
}

void subscription_state::take(cursor& at, batch const& live)
{
    is_over_ |= at.is_sent_away(live);
    notify();
}

std::optional<event_text> subscription_state::fetch()
{
    if (!told_.empty()) {
        event_text first = std::move(told_.front());
        told_.pop_front();
        return first;
    }
    for (std::size_t asked = 0; asked < topics_.cursors().size() && !is_over_; ++asked) {
        cursor& at = *turn_;
        if (++turn_ == topics_.cursors().end())
            turn_ = topics_.cursors().begin();
        if (auto found = next_of(at))
            return found;
    }
    bool all_over = true;
    for (cursor const& each : topics_.cursors())
        all_over &= each.is_over();
    is_over_ |= all_over;
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
            return reset_event(at, at.topic().overflow_reset(dropped));
        }
        for (std::size_t i = 0; i < events.size(); ++i)
            if (at.wants(events.frames[i])) {
                at.move_to(events.numbers[i] + 1, false);
                return topics_.addressed(at, events.numbers[i], events.frames[i]).event();
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

event_text subscription_state::reset_event(cursor const& at, reset const& told) const
{
    return event_text(event{.type = reset_type, .data = topics_.reset_data(at, told)});
}

} // namespace tidings::detail
