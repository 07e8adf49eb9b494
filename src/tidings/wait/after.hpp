// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/timer_cases.hpp>
#include <tidings/wait/detail/wait_operation.hpp>
#include <tidings/wait/detail/wait_result.hpp>

#include <optional>

namespace tidings {

/// A point in time, given or a duration from now: a source for a select, or a pause, as in
/// `co_await after(2s).wait(ctx)`.
///
/// A duration counts from the first wait: as a temporary, `select(ctx, updates, after(30s))`, from that
/// select; a variable keeps its time point over several. It is ready once, and takes no part after that or
/// once destroyed. Owned by one coroutine and awaited by one at a time, on one loop; not thread-safe.
/// thread-safe. If it goes while it is waited for, it takes no part any more.
class after : public detail::timer_source
{
public:
    /// Zero or negative: ready at once.
    explicit after(duration delay) noexcept : delay_(delay) {}
    explicit after(time_point instant) noexcept : instant_(instant) {}

    /// True once the time has come; false if the context ended first or the time point was already taken.
    [[nodiscard]] auto wait(context const& ctx)
    {
        return detail::wait_operation<detail::won_shape, wait_case>(internal::access::state(ctx), this);
    }

private:
    friend internal::access;
    friend detail::timer_case<after>;
    using wait_case = detail::timer_case<after>;

    after* wait_source() noexcept { return this; }
    std::optional<time_point> due(internal::loop& home) noexcept
    {
        if (is_spent_)
            return std::nullopt;
        if (!instant_)
            instant_ = delay_ > duration::zero() ? later(home.now(), delay_) : home.turn_time();
        return instant_;
    }
    void take(time_point) noexcept { is_spent_ = true; }

    duration delay_{};
    std::optional<time_point> instant_;
    bool is_spent_ = false;
};

} // namespace tidings
