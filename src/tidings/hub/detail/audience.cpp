// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/audience.hpp>
#include <tidings/hub/detail/loop_feed.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace tidings::detail {

loop_group& audience::enter(topic_state& of, order& numbers, boost::asio::any_io_executor const& executor,
                            std::uint64_t end)
{
    auto found = std::ranges::find_if(groups_, [&](auto const& each) {
        return each->feed().is_on(executor) && each->feed().is_of(numbers);
    });
    if (found == groups_.end()) {
        auto made = std::make_shared<loop_group>(of, numbers.feed_of(executor, of.registry()), end);
        found = groups_.insert(groups_.end(), std::move(made));
        (*found)->feed().add_group();
    }
    ++(*found)->count;
    ++size_;
    return **found;
}

void audience::leave(loop_group& group)
{
    --size_;
    if (--group.count > 0)
        return;
    group.feed().remove_group(group);
    std::erase_if(groups_, [&](auto const& each) { return each.get() == &group; });
}

audience::laggard audience::add_laggard(loop_group& group, std::uint64_t next, std::uint64_t came_at)
{
    ++group.lagging;
    return laggards_.emplace(next, came_at);
}

void audience::move_laggard(laggard& which, std::uint64_t next)
{
    auto taken_out = laggards_.extract(which);
    taken_out.key() = next;
    which = laggards_.insert(std::move(taken_out));
}

void audience::remove_laggard(loop_group& group, laggard which)
{
    laggards_.erase(which);
    --group.lagging;
}

void audience::mark()
{
    for (auto const& each : groups_)
        each->feed().mark(*each);
}

void audience::mark_news()
{
    for (auto const& each : groups_)
        each->has_news = true;
    mark();
}

std::uint64_t audience::needed() const
{
    std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
    if (!laggards_.empty())
        oldest = laggards_.begin()->first;
    for (auto const& each : groups_)
        oldest = std::min(oldest, each->position);
    return oldest;
}

std::size_t audience::losses(std::uint64_t old_begin, std::uint64_t begin, std::uint64_t evicted) const
{
    if (evicted == 0)
        return 0;
    auto const lost_from = [&](std::uint64_t place) {
        return std::min(evicted, begin - std::clamp(place, old_begin, begin));
    };
    std::uint64_t losses = 0;
    for (auto at = laggards_.begin(); at != laggards_.end() && at->first < begin; ++at)
        losses += lost_from(at->first);
    for (auto const& each : groups_)
        losses += lost_from(each->position) * (each->count - each->lagging);
    return losses;
}

// A subscription is always among the laggards, also with everything received.
std::size_t audience::lagging(std::uint64_t end) const
{
    return laggards_.size() - laggards_.count(end);
}

std::uint64_t audience::max_lag(std::uint64_t end) const
{
    return laggards_.empty() ? 0 : end - std::min(laggards_.begin()->first, end);
}

} // namespace tidings::detail
