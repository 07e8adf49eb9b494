// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/cursor_set.hpp>
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/sse/event_text.hpp>

#include <algorithm>
#include <mutex>
#include <span>
#include <utility>

namespace tidings::detail {

namespace {

// Of an order that a client has no place in any more.
reset reset_of_order(gap reason, std::span<listed_topic const* const> topics)
{
    topics.front()->of->count_reset(reason); // for which it counts
    kept_event const* oldest = nullptr;
    reset told{.reason = reason, .oldest = {}, .topic = {}};
    for (auto const* const each : topics)
        if (kept_event const* const kept = each->of->events().oldest();
            kept && (!oldest || kept->number < oldest->number)) {
            oldest = kept;
            told.oldest = each->of->id_of(kept->own_id, kept->number);
        }
    return told;
}

} // namespace

cursor_set::entrance cursor_set::enter(topic_list const& topics, boost::asio::any_io_executor const& executor,
                                       std::optional<std::string> const& last_event_id, reader& by)
{
    auto const& items = internal::access::items(topics);
    auto const parts = plan_entry(items, last_event_id);
    if (items.size() > 1)
        several_ = std::make_unique<several>();
    entrance entered{.told = {}, .knows_place = last_event_id.has_value()};
    for (entry_part const& each : parts)
        enter(each, executor, entered);
    first_.join(by);
    if (several_)
        for (cursor& each : several_->others)
            each.join(by);
    if (last_event_id) {
        topic_state const& first = first_.topic(); // for which it counts
        std::lock_guard const guard(first.registry()->lock());
        first.count_resume(entered.knows_place);
    }
    return entered;
}

void cursor_set::enter(entry_part const& planned, boost::asio::any_io_executor const& executor,
                       entrance& entered)
{
    // What may throw, or is a user's, comes before the lock.
    std::vector<cursor*> cursors;
    std::vector<time_point> times;
    for (listed_topic const* const each : planned.items) {
        bool const is_first = !several_ || (several_->parts.empty() && cursors.empty());
        cursor& at = is_first ? first_ : several_->others.emplace_back();
        at.choose_by(each->where);
        if (several_)
            several_->have_filters |= at.has_filter();
        times.push_back(each->of->registry()->now());
        cursors.push_back(&at);
    }
    lead const& by_client = planned.by_client;
    std::lock_guard const guard(planned.items.front()->of->registry()->lock());
    std::uint64_t number = planned.numbers->newest;
    if (by_client.missing != gap::none && !std::exchange(entered.is_order_told, true))
        entered.told.push_back(reset_of_order(by_client.missing, planned.items));
    for (std::size_t i = 0; i < cursors.size(); ++i) {
        listed_topic const& item = *planned.items[i];
        topic_state& of = *item.of;
        lead begin = by_client;
        if (planned.has_moved(i))
            begin = {.missing = gap::moved};
        else if (!by_client.after && by_client.missing == gap::none)
            begin = lead_of(item);
        bool const starts_by_id = item.start.what() == start_position::kind::after;
        std::uint64_t const newest = planned.numbers->newest;
        bool const is_ahead = begin.after.value_or(0) > newest;
        gap missing = cursors[i]->enter(of, executor, is_ahead ? newest : begin.after,
                                        starts_by_id ? from_newest() : item.start, times[i]);
        if (is_ahead)
            cursors[i]->skip_up_to(*begin.after);
        if (several_)
            several_->have_filters |= is_ahead;
        if (by_client.missing == gap::none && begin.missing != gap::none)
            missing = begin.missing;
        entered.knows_place &=
            by_client.after.has_value() && by_client.missing == gap::none && missing == gap::none;
        number = std::min(number, of.events().number_before(cursors[i]->next(), planned.numbers->newest));
        if (missing == gap::none)
            continue;
        entered.told.push_back(of.reset_for(missing));
        if (several_)
            entered.told.back().topic = of.name();
    }
    number = std::max(number, by_client.after.value_or(0));
    if (several_)
        several_->parts.push_back({.numbers = planned.numbers,
                                   .cursors = std::move(cursors),
                                   .number = number,
                                   .lagging = planned.items.size()});
}

void cursor_set::leave()
{
    first_.leave();
    if (several_)
        for (cursor& each : several_->others)
            each.leave();
}

bool cursor_set::lags() const noexcept
{
    if (is_single())
        return first_.lags();
    return std::ranges::any_of(several_->parts, [](part const& each) { return each.lagging > 0; });
}

bool cursor_set::is_over() const noexcept
{
    if (is_single())
        return first_.is_over();
    return first_.is_over() && std::ranges::all_of(several_->others, &cursor::is_over);
}

bool cursor_set::is_stale() const noexcept
{
    if (is_single())
        return first_.topic().numbers().is_away;
    return std::ranges::any_of(several_->parts,
                               [](part const& each) { return each.numbers->is_away.load(); });
}

cursor_set::part& cursor_set::part_of(cursor const& at) noexcept
{
    order const* const numbers = &at.topic().numbers();
    return *std::ranges::find(several_->parts, numbers, &part::numbers);
}

void cursor_set::read(std::size_t limit, merged& into)
{
    if (is_single()) {
        cursor* const only = &first_;
        return read_merged(std::span(&only, 1), limit, into);
    }
    auto& parts = several_->parts;
    std::size_t& turn = several_->turn;
    while (parts[turn].lagging == 0)
        turn = (turn + 1) % parts.size();
    into.part = std::exchange(turn, (turn + 1) % parts.size());
    read_merged(parts[into.part].cursors, limit, into);
    into.told.topic = into.passing ? into.passing->topic().name() : std::string();
}

bool cursor_set::note(cursor& told)
{
    several_->told.push_back(&told);
    return several_->told.size() == 1;
}

bool cursor_set::take_told(merged& into)
{
    auto& told = several_->told;
    bool const can_go_on = !lags() && std::ranges::none_of(told, [](cursor const* each) {
        batch const& live = each->group().live();
        return live.is_behind || live.is_last || live.is_full();
    });
    if (can_go_on) {
        into.part = static_cast<std::size_t>(&part_of(*told.front()) - several_->parts.data());
        merge_live(told, into);
    } else {
        for (cursor* const each : told)
            move(*each, each->next(), false);
    }
    told.clear();
    return can_go_on;
}

void cursor_set::move(cursor& at, std::uint64_t next, bool keeps_pace)
{
    bool const did_lag = at.lags();
    if (next == at.next() && did_lag != keeps_pace)
        return;
    at.move_to(next, keeps_pace);
    if (several_ && did_lag == keeps_pace)
        part_of(at).lagging += keeps_pace ? std::size_t(-1) : 1;
}

void cursor_set::move_past(merged& events, std::size_t done, bool keeps_pace)
{
    bool is_complete = true;
    for (std::size_t i = events.size(); i-- > done;) {
        merged::stop& of = events.stops[events.sources[i].stop];
        of.next = events.sources[i].place;
        of.is_complete = of.is_last = false;
    }
    for (merged::stop const& each : events.stops) {
        is_complete &= each.is_complete;
        move(*each.at, each.next, keeps_pace && each.is_complete);
        if (each.is_last)
            each.at->set_over();
    }
    if (is_single())
        return;
    std::uint64_t& number = several_->parts[events.part].number;
    if (is_complete)
        number = std::max(number, events.up_to);
    else if (done > 0)
        number = std::max(number, events.sources[done - 1].number);
}

internal::content_codings const* cursor_set::codings() const
{
    auto const of = [](cursor const& at) { return at.topic().options().compression.get(); };
    bool const are_all = is_single() || std::ranges::all_of(several_->others, of);
    return are_all ? of(first_) : nullptr;
}

bool cursor_set::sets_retry() const noexcept
{
    auto const does = [](cursor const& at) { return at.topic().sets_retry(); };
    return does(first_) || (several_ && std::ranges::any_of(several_->others, does));
}

internal::shared_frame cursor_set::addressed(merged const& events, std::size_t i) const
{
    internal::shared_frame const& frame = events.frames[i];
    bool const is_shared = is_single() || (several_->parts.size() == 1 && !events.sources[i].has_own_id);
    if (is_shared || !has_id(frame))
        return frame;
    std::string text = "id: " + position({.part = events.part, .at = events.sources[i].number}) + '\n';
    text += frame.event().body();
    return internal::shared_frame(text);
}

cursor_set::mark cursor_set::here(std::size_t part) const noexcept
{
    return {.part = part, .at = is_single() ? first_.next() : several_->parts[part].number};
}

std::string cursor_set::position(mark const& at) const
{
    if (is_single()) {
        topic_state const& topic = first_.topic();
        order const& numbers = topic.numbers();
        std::lock_guard const guard(topic.registry()->lock());
        return automatic_id{
            .epoch = numbers.epoch,
            .number = std::max(topic.events().number_before(at.at, numbers.newest), first_.skips_up_to())}
            .text();
    }
    std::string id;
    for (std::size_t i = 0; i < several_->parts.size(); ++i)
        append_place(id, {.epoch = several_->parts[i].numbers->epoch,
                          .number = i == at.part ? at.at : several_->parts[i].number});
    return id;
}

} // namespace tidings::detail
