// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/follower.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace tidings::detail {

namespace {

std::size_t count_events(std::span<internal::shared_frame const> frames)
{
    return static_cast<std::size_t>(std::ranges::count_if(frames, has_id));
}

} // namespace

boost::intrusive_ptr<follower> follower::start(topic_list const& topics, internal::stream_core& out,
                                               end_channel over)
{
    out.require_open("follow");
    boost::intrusive_ptr<follower> const made(new follower(out, std::move(over)));
    try {
        made->begin(topics, out);
    } catch (...) {
        made->end(follow_end::stream_ended);
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
    if (auto const* const codings = topics_.codings())
        out.compress(*codings);
    out.attach(*this);
    knows_place_ = entered.knows_place;
    for (reset const& each : entered.told)
        out.out().append(event{.type = reset_type, .data = to_json(each)});
    refill();
    if (out_ && !knows_place_ && topics_.first().topic().options().send_position)
        append_place();
    knows_place_ = true;
    out.out().flush(); // the head, when there was nothing to replay
}

// What ends it meanwhile, a filter or a connection that is found lost, is noted, and followed here.
template <typename Action>
void follower::work(Action action)
{
    if (!out_)
        return;
    bool const was_at_work = std::exchange(is_at_work_, true);
    try {
        action();
    } catch (...) { // a filter's
        if (out_)
            out_->fail(std::current_exception());
    }
    is_at_work_ = was_at_work;
    if (!out_ && !is_at_work_)
        leave();
}

void follower::take(cursor& at, batch const& live)
{
    work([&] { look_at(at, live); });
}

void follower::look_at(cursor& at, batch const& live)
{
    if (at.is_sent_away(live)) {
        deliver_unnamed(at, live);
        return out_ ? end_stream(follow_end::disconnected) : void();
    }
    if (at.is_over())
        return;
    bool const must_read = live.is_behind || live.is_last;
    if ((at.lags() || must_read) && at.is_left_behind(live))
        return cut_behind(at);
    if (at.lags()) // its connection has been asked, and calls `refill`
        return;
    if (!topics_.is_single()) {
        if (topics_.note(at)) // the others may be told, too: their events come in order
            at.group().feed().call_at_end(*this);
    } else if (must_read) { // what the batch has left out comes from the history, if not now, then later
        topics_.move(at, at.next(), false);
        catch_up();
    } else if (at.next() < live.next) { // else it is ahead, and has it all
        deliver_live(at, live);
    }
}

void follower::end_turn()
{
    work([this] {
        merged& events = topics_.first().group().feed().scratch();
        if (topics_.take_told(events))
            deliver(events);
        else
            catch_up();
    });
}

void follower::look_at_stores()
{
    work([this] { tell_stale(); });
}

void follower::refill()
{
    work([this] { catch_up(); });
}

void follower::catch_up()
{
    merged events;
    while (out_ && topics_.lags()) {
        if (out_->is_blocked()) // what its client is told of a gap now may be out of date when it leaves
            return;
        topics_.read(batch_limit, events);
        if (events.behind)
            return cut_behind(*events.behind);
        if (events.passing) {
            topics_.move(*events.passing, events.passing_to, false);
            out_->append(event{.type = reset_type, .data = to_json(events.told)});
        } else if (!deliver(events)) { // called again when the connection can take more
            return;
        }
    }
    is_replaying_ = false;
    if (out_ && topics_.is_over())
        end_stream(follow_end::closed);
    tell_stale();
}

// To one that follows one topic and keeps pace: what most deliveries are.
void follower::deliver_live(cursor& at, batch const& live)
{
    if (at.has_filter()) {
        merged& events = at.group().feed().scratch();
        cursor* const only = &at;
        merge_live(std::span(&only, 1), events);
        deliver(events);
        return;
    }
    auto const begin = std::ranges::lower_bound(live.origins, at.next(), {}, &origin::place);
    auto const first = static_cast<std::size_t>(begin - live.origins.begin());
    auto const frames = std::span(live.frames).subspan(first);
    std::size_t const done = frames.empty() ? 0 : out_->deliver(frames);
    knows_place_ = knows_place_ || std::ranges::any_of(frames.first(done), has_id);
    live.delivered += live.unnamed == 0 ? done : count_events(frames.first(done));
    if (done < frames.size())
        topics_.move(at, live.origins[first + done].place, false);
    else
        at.move_to(live.next, true);
}

// What was said in the turn in which it is sent away, as a time to come back after. Events come when the
// client is back: what is before them may be lost.
void follower::deliver_unnamed(cursor const& at, batch const& live)
{
    if (at.lags() || live.is_behind)
        return;
    for (std::size_t i = 0; out_ && i < live.size(); ++i)
        if (!has_id(live.frames[i]) && live.origins[i].place >= at.next())
            out_->deliver(std::span(&live.frames[i], 1));
}

// Sends what passes the filters, under the ids of this stream, and moves the cursors. False when some are
// left, or the stream is over.
bool follower::deliver(merged& events)
{
    bool const is_plain = !topics_.has_filters() && topics_.shares_ids(events);
    if (!is_plain && !choose(events))
        return false;
    std::size_t done = 0;
    for (std::size_t taken = batch_limit; out_ && taken == batch_limit && done < events.size();
         done += taken) {
        auto const frames = std::span(events.frames).subspan(done);
        taken = out_->deliver(frames.first(std::min(frames.size(), batch_limit)));
    }
    if (is_replaying_ && out_)
        out_->count_replayed(done);
    note_places(events, done);
    bool const has_all = done == events.size();
    topics_.move_past(events, done, true);
    if (topics_.has_filters())
        send_stale_place(events);
    return has_all && out_;
}

// False when a filter has ended the stream, or the server.
bool follower::choose(merged& events)
{
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
        bool const is_wanted = events.cursor_of(i).wants(events.frames[i], events.sources[i]);
        if (!out_)
            return false;
        if (!is_wanted)
            continue;
        events.frames[chosen] = topics_.addressed(events, i);
        events.sources[chosen++] = events.sources[i];
    }
    events.frames.resize(chosen);
    events.sources.resize(chosen);
    return true;
}

// The client has the ids of these.
void follower::note_places(merged const& events, std::size_t done)
{
    for (std::size_t i = 0; i < done; ++i)
        if (has_id(events.frames[i])) {
            knows_place_ = true;
            events.cursor_of(i).event_sent(events.sources[i]);
        }
}

// One place is that in all topics.
void follower::send_stale_place(merged const& events)
{
    bool is_stale = false;
    for (merged::stop const& each : events.stops)
        if (each.at->is_place_stale(each.oldest)) {
            each.at->place_sent(each.at->next());
            is_stale = true;
        }
    if (is_stale && out_)
        append_place();
    if (is_stale && out_) // or there was no room
        out_->flush();
}

// An event that every client takes note of, and that none takes for one of the application's. It has data,
// since there are clients that drop what has none, with its id.
void follower::append_place()
{
    std::string const id = topics_.position();
    out_->append(event{.id = id, .type = place_type, .data = id});
}

// Once a stream, however many topics it concerns; one that has to catch up is told when it has.
void follower::tell_stale()
{
    if (!out_ || topics_.lags() || topics_.is_stale() == is_stale_)
        return;
    is_stale_ = !is_stale_;
    if (topics_.first().topic().options().stale_event)
        out_->append(
            event{.type = stale_type, .data = is_stale_ ? R"({"stale":true})" : R"({"stale":false})"});
    else
        out_->append_comment(is_stale_ ? "stale: what is published now comes later" : "no longer stale");
    if (out_) // or there was no room
        out_->flush();
}

void follower::cut_behind(cursor const& at)
{
    at.topic().count_cut();
    out_->cut(cut_reason::behind);
}

// The topics are closed, or have sent it away: a handler that waits has the stream again, else it ends.
void follower::end_stream(follow_end why)
{
    internal::event_writer& out = *out_;
    std::string const position = topics_.position();
    end(why);
    if (over_)
        return;
    if (why == follow_end::closed)
        out.append_finish(event{.id = position});
    out.finish();
}

void follower::end(follow_end why)
{
    if (!out_)
        return;
    std::exchange(out_, nullptr)->set_feed(nullptr);
    why_ = why;
    if (!is_at_work_)
        leave();
}

void follower::leave()
{
    boost::intrusive_ptr<reader> const self(this); // its topics have kept it
    topics_.leave();
    if (over_)
        (void)over_->try_send(why_);
}

} // namespace tidings::detail
