// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/cursor.hpp>
#include <tidings/hub/detail/loop_group.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

cursor::cursor(std::shared_ptr<topic_state> of, event_filter where,
               boost::asio::any_io_executor const& executor, std::optional<std::string> const& id,
               start_position from)
    : of_(std::move(of)), where_(std::move(where))
{
    auto entered = of_->enter(executor, id, from);
    group_ = std::move(entered.group);
    lag_ = entered.place;
    next_ = sent_ = entered.next;
    disconnects_ = entered.disconnects;
    told_ = std::move(entered.told);
    came_at_ = entered.end;
}

cursor::~cursor() = default;

void cursor::join(std::shared_ptr<reader> of)
{
    group_->add(*this, std::move(of));
    is_in_ = true;
}

void cursor::leave()
{
    if (lag_)
        of_->remove_laggard(*group_, *std::exchange(lag_, std::nullopt));
    of_->leave(*group_);
    if (std::exchange(is_in_, false))
        group_->remove(*this);
}

std::uint64_t cursor::read(std::size_t limit, batch& into)
{
    into.clear();
    of_->read(next_, limit, into);
    if (!into.is_behind || of_->options().overflow == overflow::cut)
        return 0;
    std::uint64_t passed_over = 0;
    while (into.is_behind) { // publishers may overtake it again meanwhile
        passed_over += into.oldest - next_;
        next_ = into.oldest;
        into.clear();
        of_->read(next_, limit, into);
    }
    return passed_over;
}

void cursor::move_to(std::uint64_t next, bool keeps_pace)
{
    next_ = next;
    if (!keeps_pace && lag_)
        of_->move_laggard(*lag_, next);
    else if (!keeps_pace)
        lag_ = of_->add_laggard(*group_, next);
    else if (lag_)
        of_->remove_laggard(*group_, *std::exchange(lag_, std::nullopt));
}

bool cursor::wants(shared_frame const& frame) const
{
    return !where_ || where_(frame.event());
}

bool cursor::is_left_behind(batch const& live) const
{
    auto const& options = of_->options();
    if (!lags() || options.overflow != overflow::cut)
        return false;
    return next_ < live.oldest ||
           (options.unsent_limit > 0 && of_->bytes_from(std::max(next_, came_at_)) > options.unsent_limit);
}

bool cursor::is_place_stale(batch const& live) const noexcept
{
    if (!where_ || sent_ == next_)
        return false;
    bool const history_moves = live.oldest > 1;
    return next_ - sent_ > of_->options().history_count / 2 ||
           (history_moves && sent_ < live.oldest + (next_ - live.oldest) / 2);
}

} // namespace tidings::detail
