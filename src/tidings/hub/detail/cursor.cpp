// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/cursor.hpp>
#include <tidings/hub/detail/loop_group.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

reset cursor::enter(topic_list::item const& wanted, boost::asio::any_io_executor const& executor,
                    std::optional<std::string> const& id)
{
    if (wanted.where)
        filter_ = std::make_unique<filter>(filter{.where = wanted.where, .sent = 0});
    auto entered = wanted.of->enter(executor, id, wanted.from());
    group_ = entered.group;
    disconnects_ = entered.disconnects;
    lag_ = entered.place;
    lags_ = true;
    next_ = entered.next;
    place_sent(next_);
    return std::move(entered.told);
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
    if (std::exchange(lags_, false))
        topic->remove_laggard(*group, lag_);
    topic->leave(*group);
    if (of)
        group->remove(*this);
}

topic_state& cursor::topic() const noexcept
{
    return group_->topic();
}

std::uint64_t cursor::read(std::size_t limit, batch& into)
{
    topic_state const& of = topic();
    into.clear();
    of.read(next_, limit, into);
    if (!into.is_behind || of.options().overflow == overflow::cut)
        return 0;
    std::uint64_t passed_over = 0;
    while (into.is_behind) { // publishers may overtake it again meanwhile
        passed_over += into.oldest - next_;
        next_ = into.oldest;
        into.clear();
        of.read(next_, limit, into);
    }
    return passed_over;
}

void cursor::move_to(std::uint64_t next, bool keeps_pace)
{
    next_ = next;
    if (!keeps_pace && lags_)
        topic().move_laggard(lag_, next);
    else if (!keeps_pace)
        lag_ = topic().add_laggard(*group_, next);
    else if (lags_)
        topic().remove_laggard(*group_, lag_);
    lags_ = !keeps_pace;
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
    std::uint64_t const came_at = lag_->second;
    return of.bytes_from(std::max(next_, came_at)) > options.unsent_bytes;
}

bool cursor::is_place_stale(batch const& live) const noexcept
{
    std::uint64_t const sent = filter_->sent;
    if (sent == next_)
        return false;
    bool const history_moves = live.oldest > 1;
    return next_ - sent > topic().options().max_events / 2 ||
           (history_moves && sent < live.oldest + (next_ - live.oldest) / 2);
}

} // namespace tidings::detail
