// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/spinlock.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <utility>

namespace tidings::detail {

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

} // namespace tidings::detail
