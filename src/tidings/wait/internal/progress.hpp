// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop.hpp>
#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/operation.hpp>
#include <tidings/wait/detail/wait_operation.hpp>

#include <cstdint>
#include <tuple>
#include <utility>

namespace tidings::detail {

class progress_case;
struct progress_mark;
struct progress_shape;

/// A wait at a `progress`.
struct progress_node : wait_node
{
    std::uint64_t mark = 0;
};

} // namespace tidings::detail

namespace tidings::internal {

/// A count that only grows, such as the bytes that have left a stream; coroutines wait until it reaches a
/// mark. On one loop only.
class progress
{
public:
    /// Awaited in place, as `co_await stream.send(event)`: true when the mark was reached, false when the
    /// progress ended before.
    using wait_type = detail::light_wait<detail::progress_shape, detail::progress_case>;

    progress(progress const&) = delete;
    progress& operator=(progress const&) = delete;

    std::uint64_t reached() const noexcept { return reached_; }
    bool has_ended() const noexcept { return has_ended_; }

    void advance(std::uint64_t by)
    {
        reached_ += by;
        for (auto* at = waiters_.front(); at;) {
            auto& each = static_cast<detail::progress_node&>(*std::exchange(at, waiters_.after(*at)));
            if (each.mark > reached_)
                continue;
            each.unlink();
            if (each.owner->claim(each.index))
                each.owner->wake();
        }
    }

    void end()
    {
        has_ended_ = true;
        while (auto* const claimed = waiters_.claim_front())
            claimed->owner->wake();
    }

    [[nodiscard]] wait_type wait_for(std::uint64_t mark) noexcept;

protected:
    progress() = default;
    ~progress() = default;

private:
    friend detail::progress_case;
    friend detail::progress_mark;

    /// Makes what progress it can: somebody begins to wait.
    virtual void drive() = 0;
    virtual internal::loop& home() const noexcept = 0;

    std::uint64_t reached_ = 0;
    detail::wait_list waiters_; // their marks need not rise: who sends first may await last
    bool has_ended_ = false;
};

} // namespace tidings::internal

namespace tidings::detail {

struct progress_mark
{
    internal::progress* of;
    std::uint64_t mark;

    internal::loop& home() const noexcept { return of->home(); }
    bool is_reached() const noexcept { return of->reached() >= mark; }
    bool begin() const
    {
        of->drive();
        return is_reached() || of->has_ended();
    }
};

class progress_case
{
public:
    using source = progress_mark;
    static constexpr bool meets = false;

    explicit progress_case(progress_mark where) noexcept : of_(where.of) { node_.mark = where.mark; }

    bool is_reached() const noexcept { return of_->reached() >= node_.mark; }
    readiness poll(internal::loop&) const noexcept
    {
        return is_reached() || of_->has_ended() ? readiness::ready : readiness::pending;
    }
    bool link(operation& owner, int index)
    {
        of_->waiters_.enter(node_, owner, index);
        return true;
    }
    void unlink(operation&) { wait_list::leave(node_); }

private:
    internal::progress* of_;
    progress_node node_;
};

struct progress_shape
{
    using result = bool;
    using until = no_context;
    static constexpr fairness order = fairness::leftmost;
    static constexpr bool deletes_itself = true;
    static bool make(int, std::tuple<progress_case>& only) { return std::get<0>(only).is_reached(); }
};

} // namespace tidings::detail

namespace tidings::internal {

inline progress::wait_type progress::wait_for(std::uint64_t mark) noexcept
{
    return wait_type(detail::progress_mark{this, mark});
}

} // namespace tidings::internal
