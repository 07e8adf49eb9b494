// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/channel_cases.hpp>
#include <tidings/wait/detail/loop.hpp>

#include <mutex>
#include <optional>

namespace tidings::detail {

/// Waits for an instant. `Source` has `optional<time_point> due(loop&)`, empty when it has no further
/// instant, and `take(now)`, called when its instant has won. What falls due during a turn is seen by the
/// next.
template <typename Source>
class timer_case final : timer_entry
{
public:
    static constexpr bool meets = false;
    using item = happened;

    explicit timer_case(Source* source) noexcept : source_(source) {}

    void const* key() const noexcept { return source_; }

    readiness poll(loop& home)
    {
        auto const due = source_->due(home);
        if (!due)
            return readiness::exhausted;
        time_point const now = home.turn_time();
        if (*due > now)
            return readiness::pending;
        source_->take(now);
        return readiness::ready;
    }

    void begin(loop& home) noexcept { (void)source_->due(home); }

    bool link(operation& owner, int index)
    {
        auto const due = source_->due(owner.home());
        if (!due)
            return true; // exhausted: it takes no part
        owner_ = &owner;
        index_ = index;
        std::lock_guard const timers(owner.home().timer_lock());
        owner.home().add_timer(*this, *due);
        return true;
    }

    void unlink(operation& owner)
    {
        std::lock_guard const timers(owner.home().timer_lock());
        if (is_linked())
            owner.home().remove_timer(*this);
    }

    item take() noexcept { return {}; }

private:
    void expire(std::unique_lock<small_lock>&) override
    {
        if (owner_->claim(index_)) {
            source_->take(owner_->home().turn_time());
            owner_->wake();
        }
    }

    Source* source_;
    operation* owner_ = nullptr;
    int index_ = 0;
};

} // namespace tidings::detail
