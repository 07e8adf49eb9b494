// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/spinlock.hpp>
#include <tidings/wait/detail/operation.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
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

/// Holds the locks of several sources, taken in the order of their addresses, each once: two waits that share
/// sources in any order cannot block each other.
template <std::size_t Count>
class meeting_locks
{
public:
    static constexpr std::size_t count = Count;

    explicit meeting_locks(std::array<internal::spinlock*, Count> locks) noexcept : locks_(locks)
    {
        if constexpr (Count > 1) {
            sort();
            end_ = std::unique(locks_.begin(), locks_.end());
        }
        for (auto at = locks_.begin(); at != end_; ++at)
            (*at)->lock();
    }
    ~meeting_locks() { unlock(); }
    meeting_locks(meeting_locks const&) = delete;
    meeting_locks& operator=(meeting_locks const&) = delete;

    void unlock() noexcept
    {
        for (auto at = locks_.begin(); at != end_; ++at)
            (*at)->unlock();
        end_ = locks_.begin();
    }

private:
    void sort() noexcept
    {
        // By far the most have two.
        if constexpr (Count > 2)
            std::sort(locks_.begin(), locks_.end(), std::less<>());
        else if (std::less<>()(locks_[1], locks_[0]))
            std::swap(locks_[0], locks_[1]);
    }

    std::array<internal::spinlock*, Count> locks_;
    typename std::array<internal::spinlock*, Count>::iterator end_ = locks_.end();
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
