// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/after.hpp>
#include <tidings/wait/channel.hpp>
#include <tidings/wait/closed.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/wait_operation.hpp>
#include <tidings/wait/detail/wait_result.hpp>
#include <tidings/wait/done.hpp>
#include <tidings/wait/operation.hpp>
#include <tidings/wait/ticker.hpp>

#include <type_traits>

namespace tidings {

/// A source for a select that sends `value` to `target`. The value is moved from only if this source wins.
/// It belongs to the coroutine that selects, as does the value.
template <typename T>
class sending
{
public:
    using value_type = typename channel<T>::value_type;

    sending(channel<T> const& target, value_type& value) noexcept : target_(target), value_(&value) {}

private:
    friend internal::access;
    using wait_case = detail::send_case<value_type>;

    auto wait_source() const noexcept
    {
        return typename wait_case::offer{internal::access::wait_source(target_), value_};
    }

    channel<T> target_;
    value_type* value_;
};

/// What a select can wait for: `channel`, `sending`, `closed`, `ticker`, `after`, `done`, `operation`,
/// `subscription`.
template <typename T>
concept wait_source = requires(T& source) {
    internal::access::wait_case(source);
    internal::access::wait_source(source);
};

/// Which source won, and its value: `if (auto* price = next.from(prices))`. False if none won: the context
/// has ended, or all sources are closed or spent.
template <wait_source... Sources>
using select_result = detail::select_result<detail::case_of<Sources>...>;

namespace detail {

template <fairness Order, typename... Sources>
using select_operation = wait_operation<select_shape<Order, case_of<Sources>...>, case_of<Sources>...>;

template <typename... Sources>
constexpr void check_sources()
{
    static_assert(!((!std::is_reference_v<Sources> && requires { case_of<Sources>::needs_name; }) || ...),
                  "select: a `closed` or `operation` remembers what has happened from one select to the "
                  "next: give it a name before the first");
}

} // namespace detail

/// Waits for exactly one of the sources: `while (auto next = co_await select(ctx, updates, summary))`.
///
/// A source that loses has taken nothing. An ended context always wins. If several sources are ready, they
/// take turns, so that none starves. A closed and drained channel and a spent `after` take no part; if only
/// such sources are left, the result is false although `ctx.is_done()` is false too. The sources are
/// borrowed until the await completes; other threads may use them as far as each source permits.
template <wait_source... Sources>
[[nodiscard]] auto select(context const& ctx, Sources&&... sources)
{
    detail::check_sources<Sources...>();
    return detail::select_operation<detail::fairness::rotating, Sources...>(
        internal::access::state(ctx), internal::access::wait_source(sources)...);
}

/// Like `select`, but of several ready sources the leftmost wins. A source that is always ready starves
/// those to its right.
template <wait_source... Sources>
[[nodiscard]] auto select_ordered(context const& ctx, Sources&&... sources)
{
    detail::check_sources<Sources...>();
    return detail::select_operation<detail::fairness::leftmost, Sources...>(
        internal::access::state(ctx), internal::access::wait_source(sources)...);
}

/// Takes from the leftmost source that is ready now, like Go's select with a `default`; false if none is. Do
/// not await it: it never waits. An ended context wins here too.
template <wait_source... Sources>
[[nodiscard]] select_result<Sources...> try_select(context const& ctx, Sources&&... sources)
{
    detail::check_sources<Sources...>();
    using cases = detail::case_set<detail::case_of<Sources>...>;
    using shape = detail::select_shape<detail::fairness::leftmost, detail::case_of<Sources>...>;
    cases asked(std::in_place, internal::access::wait_source(sources)...);
    int taken = detail::context_ended;
    if (!ctx.is_done()) {
        typename cases::locks const locks(asked.locks_of_meeting_cases());
        int pending = 0;
        taken = asked.poll(internal::access::state(ctx).home(), 0, pending);
    }
    return shape::make(taken, asked.all());
}

} // namespace tidings
