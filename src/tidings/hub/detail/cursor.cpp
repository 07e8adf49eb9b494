// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/cursor.hpp>
#include <tidings/hub/detail/registry_state.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace tidings::detail {

void cursor::choose_by(event_filter where)
{
    if (where)
        filter_ = std::make_unique<filter>(filter{.where = std::move(where)});
}

gap cursor::enter(topic_state& of, boost::asio::any_io_executor const& executor,
                  std::optional<std::uint64_t> after, start_position from, time_point now)
{
    auto const entered = of.enter(executor, after, from, now);
    group_ = entered.group;
    disconnects_ = entered.disconnects;
    lag_ = entered.place;
    lags_ = true;
    next_ = entered.begin.next;
    place_sent(next_);
    return entered.begin.missing;
}

void cursor::skip_up_to(std::uint64_t number)
{
    if (!filter_)
        filter_ = std::make_unique<filter>();
    filter_->ahead = number;
    topic().stored()->note_client_ahead(number);
}

void cursor::join(reader& of)
{
    group_->add(*this);
    reader_ = &of;
}

void cursor::leave()
{
    if (!group_)
        return;
    // Any of them may have been kept by this place alone.
    auto const group = std::exchange(group_, nullptr)->shared_from_this();
    auto const topic = group->topic().shared_from_this();
    auto const of = std::move(reader_);
    {
        std::lock_guard const guard(topic->registry()->lock());
        group->settle();
        if (std::exchange(lags_, false))
            topic->followers().remove_laggard(*group, lag_);
        topic->leave(*group);
    }
    topic->give_room();
    if (of)
        group->remove(*this);
}

void cursor::move_to(std::uint64_t next, bool keeps_pace)
{
    next_ = next;
    if (keeps_pace && !lags_)
        return;
    topic_state& of = topic();
    {
        std::lock_guard const guard(of.registry()->lock());
        group_->settle();
        if (keeps_pace)
            of.followers().remove_laggard(*group_, lag_);
        else if (lags_)
            of.followers().move_laggard(lag_, next);
        else
            lag_ = of.followers().add_laggard(*group_, next, next);
    }
    lags_ = !keeps_pace;
    of.give_room();
}

bool cursor::is_left_behind(batch const& live) const
{
    topic_state const& of = topic();
    auto const& options = of.options();
    if (options.overflow != overflow::cut)
        return false;
    if (next_ < live.oldest)
        return true;
    if (!lags_ || options.unsent_bytes == 0)
        return false;
    std::lock_guard const guard(of.registry()->lock());
    return of.events().bytes_from(std::max(next_, lag_->second)) > options.unsent_bytes;
}

bool cursor::is_place_stale(std::uint64_t oldest) const noexcept
{
    if (!filter_ || filter_->sent == next_)
        return false;
    std::uint64_t const sent = filter_->sent;
    bool const history_moves = oldest > 1;
    return next_ - sent > topic().options().max_events / 2 ||
           (history_moves && sent < oldest + (next_ - oldest) / 2);
}

} // namespace tidings::detail
