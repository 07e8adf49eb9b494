// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/follower.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace tidings::detail {

boost::intrusive_ptr<follower> follower::start(topic_list const& topics, internal::stream_core& out,
                                               end_channel over)
{
    out.require_open("follow");
    boost::intrusive_ptr<follower> const made(new follower(out, std::move(over)));
    try {
        made->begin(topics, out);
    } catch (...) {
        made->detach();
        if (out.get_state() == internal::stream_core::state::attached)
            out.detach();
        throw;
    }
    return made;
}

void follower::begin(topic_list const& topics, internal::stream_core& out)
{
    auto const id = out.asked().last_event_id();
    auto const entered = topics_.enter(topics, out.get_context().get_executor(), id, *this);
    out.attach(*this);
    knows_place_ = entered.knows_place;
    for (reset const& each : entered.told)
        out.out().append(event{.type = reset_type, .data = to_json(each)});
    refill();
    send_position();
    out.out().flush(); // the head, when there was nothing to replay
}

void follower::take(cursor& at, batch const& live)
{
    if (!out_)
        return;
    auto const self = kept();
    if (at.is_sent_away(live))
        return send_away();
    if (at.is_over())
        return;
    bool const must_read = live.is_behind || live.is_last;
    if ((at.lags() || must_read) && at.is_left_behind(live))
        return cut_behind(at);
    if (at.lags()) // its connection has been asked, and calls `refill`
        return;
    if (must_read) { // what the batch has left out comes from the history, if not now, then later
        at.move_to(at.next(), false);
        return refill();
    }
    if (at.next() >= live.next) // it is ahead, and has it all
        return;
    auto const begin = std::lower_bound(live.numbers.begin(), live.numbers.end(), at.next());
    guard_filters([&] { deliver(at, live, static_cast<std::size_t>(begin - live.numbers.begin()), true); });
}

void follower::refill()
{
    auto const self = kept();
    if (out_)
        guard_filters([this] { catch_up(); });
}

template <typename Action>
void follower::guard_filters(Action action)
{
    try {
        action();
    } catch (...) {
        if (out_)
            out_->cut(cut_reason::handler_failed);
    }
}

void follower::catch_up()
{
    bool has_more = true;
    while (has_more) {
        has_more = false;
        for (std::size_t asked = 0; asked < topics_.count(); ++asked) {
            if (out_->is_blocked()) // what its client is told of a gap now may be out of date when it leaves
                return;
            cursor& at = topics_.take_turn();
            if (!at.is_over() && !read_on(at))
                return; // called again when the connection can take more
            has_more |= at.lags();
        }
    }
    if (topics_.is_over())
        end_of_topics();
}

// False when the connection can take no more, or the stream is over.
bool follower::read_on(cursor& at)
{
    batch events;
    if (auto const dropped = at.read(batch_limit, events))
        out_->append(event{.type = reset_type, .data = to_json(topics_.overflow_reset(at, dropped))});
    if (!out_)
        return false;
    if (events.is_behind) {
        cut_behind(at);
        return false;
    }
    if (!deliver(at, events, 0, events.is_last || events.size() < batch_limit))
        return false;
    if (events.is_last)
        at.set_over();
    return true;
}

// Sends the events from index `first` on, and moves the cursor. False when some are left, or the stream is
// over.
bool follower::deliver(cursor& at, batch const& events, std::size_t first, bool keeps_pace)
{
    bool const is_plain = topics_.is_single() && !at.has_filter();
    std::size_t const done = is_plain ? deliver_frames(events, first) : deliver_chosen(at, events, first);
    if (!out_)
        return false;
    if (first + done < events.size()) {
        at.move_to(events.numbers[first + done], false);
        return false;
    }
    at.move_to(events.next, keeps_pace);
    if (at.has_filter() && at.is_place_stale(events)) {
        out_->append(event{.id = topics_.position()});
        at.place_sent(at.next());
        if (out_) // or there was no room
            out_->flush();
    }
    return out_ != nullptr;
}

std::size_t follower::deliver_frames(batch const& events, std::size_t first)
{
    if (first == events.size())
        return 0;
    auto const frames = std::span(events.frames).subspan(first);
    std::size_t const done = out_->deliver(frames);
    knows_place_ = knows_place_ || std::ranges::any_of(frames.first(done), has_id);
    return done;
}

// Those that pass the filter, under the ids of this stream.
std::size_t follower::deliver_chosen(cursor& at, batch const& events, std::size_t first)
{
    std::vector<internal::shared_frame> chosen;
    std::vector<std::size_t> places;
    for (std::size_t i = first; i < events.size(); ++i) {
        bool const is_wanted = at.wants(events.frames[i]);
        if (!out_) // the filter has ended the stream, or the server
            return 0;
        if (is_wanted) {
            chosen.push_back(topics_.addressed(at, events.numbers[i], events.frames[i]));
            places.push_back(i);
        }
    }
    if (chosen.empty())
        return events.size() - first;
    std::size_t const done = out_->deliver(chosen);
    if (!out_)
        return 0;
    for (std::size_t i = 0; i < done; ++i)
        if (has_id(chosen[i])) {
            at.place_sent(events.numbers[places[i]] + 1);
            knows_place_ = true;
        }
    return (done < chosen.size() ? places[done] : events.size()) - first;
}

void follower::cut_behind(cursor const& at)
{
    at.topic().count_cut();
    out_->cut(cut_reason::behind);
}

void follower::send_position()
{
    if (out_ && !knows_place_ && topics_.first().topic().options().send_position)
        out_->append(event{.id = topics_.position()});
    knows_place_ = true;
}

void follower::end_of_topics()
{
    internal::event_writer& out = *out_;
    std::string const position = topics_.position();
    if (over_)
        return leave(follow_end::closed);
    detach();
    out.append_finish(event{.id = position});
    out.finish();
}

void follower::send_away()
{
    internal::event_writer& out = *out_;
    bool const has_handler = over_ != nullptr;
    leave(follow_end::disconnected);
    if (!has_handler)
        out.finish();
}

void follower::detach()
{
    if (!out_)
        return;
    auto const self = kept();
    std::exchange(out_, nullptr)->set_feed(nullptr);
    topics_.leave();
}

void follower::leave(follow_end why)
{
    if (!out_)
        return;
    auto const self = kept();
    detach();
    if (over_)
        (void)over_->try_send(why);
}

} // namespace tidings::detail
