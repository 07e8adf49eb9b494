// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/token_buckets.hpp>

#include <algorithm>
#include <chrono>

namespace tidings::detail {

double token_buckets::left(bucket const& in, time_point now) const noexcept
{
    // The loops' times may differ a little.
    std::chrono::duration<double> const since = std::max(now - in.at, duration::zero());
    return std::min(burst_, in.left + rate_ * since.count());
}

bool token_buckets::has_one(std::string_view name, time_point now)
{
    if (rate_ <= 0)
        return true;
    std::lock_guard const guard(lock_);
    auto const found = used_.find(std::string(name));
    return found == used_.end() || left(found->second, now) >= 1;
}

bool token_buckets::take_one(std::string_view name, time_point now)
{
    if (rate_ <= 0)
        return true;
    std::lock_guard const guard(lock_);
    auto const found = used_.find(std::string(name));
    if (found == used_.end()) {
        if (make_room(now))
            used_.emplace(name, bucket{burst_ - 1, now});
        return true;
    }
    auto& [before, at] = found->second;
    double const now_left = left(found->second, now);
    if (now_left < 1)
        return false;
    before = now_left - 1;
    at = std::max(at, now);
    return true;
}

// Those that are full again need not be kept. They are looked for when twice as many have come, and in a full
// table once a second.
bool token_buckets::make_room(time_point now)
{
    if (used_.size() < looked_through_at_)
        return true;
    if (used_.size() == most_names && now < next_look_)
        return false;
    next_look_ = now + std::chrono::seconds(1);
    std::erase_if(used_, [&](auto const& each) { return left(each.second, now) >= burst_; });
    looked_through_at_ = std::clamp<std::size_t>(2 * used_.size(), 1024, most_names);
    return used_.size() < most_names;
}

std::size_t token_buckets::names() const
{
    std::lock_guard const guard(lock_);
    return used_.size();
}

} // namespace tidings::detail
