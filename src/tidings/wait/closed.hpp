// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/channel.hpp>
#include <tidings/wait/detail/channel_cases.hpp>
#include <tidings/wait/detail/wait_result.hpp>

namespace tidings {

namespace detail {

/// Waits until the channel of a `Closed` is closed and drained.
template <typename Closed, typename T>
class closed_case : public channel_case<T, wait_node, &channel_state<T>::watchers>
{
    using base = channel_case<T, wait_node, &channel_state<T>::watchers>;

public:
    using item = happened;
    static constexpr bool needs_name = true;

    explicit closed_case(Closed* of) noexcept : base(internal::access::wait_source(of->channel_)), of_(of) {}

    void const* key() const noexcept { return of_; }

    readiness poll(internal::loop&)
    {
        if (of_->is_taken_)
            return readiness::exhausted;
        return base::source_->is_at_end() ? readiness::ready : readiness::pending;
    }

    bool link(operation& owner, int index)
    {
        base::source_->watchers.enter(base::node_, owner, index);
        return true;
    }

    item take() noexcept
    {
        of_->is_taken_ = true;
        return {};
    }

private:
    Closed* of_;
};

} // namespace detail

/// The end of a channel as a source for a select: ready once, when the channel is closed and drained. A
/// select without it silently ignores a closed channel.
///
///     tidings::closed no_more_prices(prices);
///     while (auto next = co_await tidings::select(ctx, prices, no_more_prices, every_minute))
///
/// It remembers that it was taken, so it needs a name. Owned by one coroutine and awaited by one at a time,
/// on any executor; the channel may be used from any thread.
template <typename T>
class closed
{
public:
    explicit closed(channel<T> const& of) noexcept : channel_(of) {}
    closed(closed const&) = delete;
    closed& operator=(closed const&) = delete;

private:
    friend internal::access;
    using wait_case = detail::closed_case<closed, typename channel<T>::value_type>;
    friend wait_case;

    closed* wait_source() noexcept { return this; }

    channel<T> channel_;
    bool is_taken_ = false;
};

} // namespace tidings
