// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/timer_cases.hpp>
#include <tidings/wait/detail/wait_operation.hpp>
#include <tidings/wait/detail/wait_result.hpp>

#include <optional>
#include <stdexcept>

namespace tidings {

/// Ticks at an even rhythm: `while (co_await every_second.tick(ctx))`.
///
/// The rhythm starts with the first wait and does not drift: the n-th tick is due n periods after the start,
/// however late the previous ones were taken. Missed ticks are dropped: after a long pause there is one tick
/// at once, and the next follows the rhythm again. Owned by one coroutine and awaited by one at a time, on
/// one loop; not thread-safe. If it is destroyed during a wait, the wait returns false.
class ticker : public detail::timer_source
{
public:
    /// Throws `std::invalid_argument` if the period is not positive.
    explicit ticker(duration period) : period_(period)
    {
        if (period <= duration::zero())
            throw std::invalid_argument("tidings::ticker: the period must be positive");
    }

    /// Waits for the next tick. False if the context has ended.
    [[nodiscard]] auto tick(context const& ctx)
    {
        return detail::wait_operation<detail::won_shape, wait_case>(internal::access::state(ctx), this);
    }

    duration period() const noexcept { return period_; }

private:
    friend internal::access;
    friend detail::timer_case<ticker>;
    using wait_case = detail::timer_case<ticker>;

    ticker* wait_source() noexcept { return this; }
    std::optional<time_point> due(internal::loop& home) noexcept
    {
        if (next_ == time_point())
            next_ = later(home.now(), period_);
        return next_;
    }
    void take(time_point now) noexcept
    {
        duration const late = now - next_;
        if (late >= period_)
            next_ += late / period_ * period_; // missed
        next_ = later(next_, period_);
    }

    duration period_;
    time_point next_{}; // the epoch until the first wait; an optional is larger
};

} // namespace tidings
