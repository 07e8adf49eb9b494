// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop.hpp>
#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/wait_result.hpp>

#include <mutex>
#include <utility>

namespace tidings::detail {

class timer_wait;

/// What a `timer_case` waits for knows it, so that it may go first. On the thread of the loop that waits.
class timer_source
{
public:
    timer_source() = default;
    timer_source(timer_source const&) = delete;
    timer_source& operator=(timer_source const&) = delete;

protected:
    ~timer_source();

private:
    friend class timer_wait;
    timer_wait* waiting_ = nullptr;
};

/// A wait that has entered at a `timer_source`.
class timer_wait : public internal::timer_entry
{
public:
    /// The source goes first: for the wait it is spent.
    void source_gone()
    {
        operation& owner = *std::exchange(owner_, nullptr);
        owner.home().clear_timer(*this);
        owner.lose_source();
    }

protected:
    ~timer_wait() = default;

    void enter(timer_source& source, operation& owner, time_point due)
    {
        owner_ = &owner;
        source.waiting_ = this;
        owner.home().set_timer(*this, due);
    }

    void leave_source(timer_source& source) noexcept { source.waiting_ = nullptr; }

    operation* owner_ = nullptr; // null once the source has gone
};

inline timer_source::~timer_source()
{
    if (waiting_)
        waiting_->source_gone();
}

/// Waits for an instant. `Source` is a `timer_source` and has `optional<time_point> due(loop&)`, empty when
/// it has no further instant, and `take(now)`, called when its instant has won. What falls due during a turn
/// is seen by the next.
template <typename Source>
class timer_case final : timer_wait
{
public:
    static constexpr bool meets = false;
    using item = happened;

    explicit timer_case(Source* source) noexcept : source_(source) {}

    void const* key() const noexcept { return source_; }

    readiness poll(internal::loop& home)
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

    void begin(internal::loop& home) noexcept { (void)source_->due(home); }

    bool link(operation& owner, int index)
    {
        auto const due = source_->due(owner.home());
        if (!due)
            return true; // exhausted: it takes no part
        index_ = index;
        enter(*source_, owner, *due);
        return true;
    }

    void unlink(operation& owner)
    {
        if (!owner_)
            return; // never entered, or its source has gone
        owner.home().clear_timer(*this);
        leave_source(*source_);
    }

    item take() noexcept { return {}; }

private:
    void expire(std::unique_lock<internal::spinlock>&) override
    {
        operation& owner = *owner_;
        if (!owner.claim(index_))
            return;
        source_->take(owner.home().turn_time());
        leave_source(*source_);
        owner_ = nullptr; // it has left
        owner.wake();
    }

    Source* source_;
    int index_ = 0;
};

} // namespace tidings::detail
