// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/ticker.hpp>

#include <stdexcept>

namespace tidings {

ticker::ticker(duration period) : period_(period)
{
    if (period <= duration::zero())
        throw std::invalid_argument("tidings::ticker: the period must be positive");
}

void ticker::take(time_point now) noexcept
{
    duration const late = now - next_;
    if (late >= period_)
        next_ += late / period_ * period_; // missed
    next_ = later(next_, period_);
}

} // namespace tidings
