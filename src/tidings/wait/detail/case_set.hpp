// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/meeting_locks.hpp>
#include <tidings/wait/detail/operation.hpp>

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tidings::detail {

/// Which source is asked first.
enum class fairness
{
    rotating, ///< a different one each time, so that none starves
    leftmost, ///< the one that was written first
};

/// What a source says when it is asked.
enum class readiness
{
    ready,     ///< it has been taken: the wait is over
    pending,   ///< the wait links itself
    exhausted, ///< closed or spent: it takes no part
};

/// The cases of one wait.
///
/// A `Case` is built from one light argument (a pointer to its source) and has
///   - `static constexpr bool meets`: it hands something over to another operation. Then `lock()` gives its
///     source's lock, and `poll` and `link` are called with the locks of all such cases held; so two waits
///     that meet on two sources cannot both be won.
///   - `readiness poll(loop&)`: takes at once what is there;
///   - `void begin(loop&)`, if its time counts from the first wait: called in place of `poll` where another
///     has been taken;
///   - `bool link(operation&, int index)`: waits; false when it has become ready meanwhile;
///   - `void unlink(operation&)`: leaves, under the source's lock; also when it was never linked.
template <typename... Cases>
class case_set
{
public:
    static constexpr int count = static_cast<int>(sizeof...(Cases));
    using locks = meeting_locks<(std::size_t{0} + ... + std::size_t{Cases::meets})>;

    template <typename... Arguments>
    explicit case_set(std::in_place_t, Arguments&&... arguments)
        : cases_(std::forward<Arguments>(arguments)...)
    {}

    std::array<internal::spinlock*, locks::count> locks_of_meeting_cases()
    {
        std::array<internal::spinlock*, locks::count> found;
        [[maybe_unused]] std::size_t next = 0;
        for_each([&](auto& each, int) {
            if constexpr (std::decay_t<decltype(each)>::meets)
                found[next++] = &each.lock();
        });
        return found;
    }

    /// Asks each case once, from `first` on and around. The index of the one that was taken, or `waiting`
    /// with the number of pending ones, or `nothing_left`.
    int poll(internal::loop& home, int first, int& pending)
    {
        pending = 0;
        int taken = waiting;
        auto const ask = [&](auto& each, int index) {
            if (taken != waiting) {
                if constexpr (requires { each.begin(home); })
                    each.begin(home);
                return;
            }
            readiness const said = each.poll(home);
            if (said == readiness::ready)
                taken = index;
            pending += said == readiness::pending;
        };
        for_each([&](auto& each, int index) { index >= first ? ask(each, index) : void(); });
        if (first > 0)
            for_each([&](auto& each, int index) { index < first ? ask(each, index) : void(); });
        return taken == waiting && pending == 0 ? int{nothing_left} : taken;
    }

    void link_meeting(operation& owner)
    {
        for_each([&](auto& each, int index) {
            if constexpr (std::decay_t<decltype(each)>::meets)
                each.link(owner, index);
        });
    }

    /// Links the cases that meet nobody. The first that has become ready meanwhile, or `waiting`.
    int link_others(operation& owner)
    {
        int missed = waiting;
        for_each([&](auto& each, int index) {
            if constexpr (!std::decay_t<decltype(each)>::meets)
                if (!each.link(owner, index) && missed == waiting)
                    missed = index;
        });
        return missed;
    }

    /// Leaves all sources but the one that has been left already, if any.
    void unlink(operation& owner, int left)
    {
        for_each([&](auto& each, int index) {
            if (index != left)
                each.unlink(owner);
        });
    }

    std::tuple<Cases...>& all() noexcept { return cases_; }

private:
    template <typename Function>
    void for_each(Function function)
    {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (function(std::get<I>(cases_), static_cast<int>(I)), ...);
        }(std::index_sequence_for<Cases...>());
    }

    std::tuple<Cases...> cases_;
};

} // namespace tidings::detail
