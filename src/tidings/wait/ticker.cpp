// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/ticker.hpp>

#include <stdexcept>

namespace tidings {

ticker::ticker(duration period) : period_(period)
{
    if (period <= duration::zero())
        throw std::invalid_argument("tidings::ticker: the period must be positive");
}

std::optional<time_point> ticker::due(time_point now) noexcept
{
    if (!next_)
        next_ = detail::later(now, period_);
    return next_;
}

void ticker::take(time_point now) noexcept
{
    auto const missed = (now - *next_) / period_;
    next_ = detail::later(*next_ + period_ * missed, period_);
}

} // namespace tidings
