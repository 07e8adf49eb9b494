// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>

namespace tidings::detail {

/// A mutex of four bytes: one exchange when free, asleep in the kernel (never spinning) when taken.
/// Every wait takes one lock for each of its sources, so size and the free case count; fairness does not.
/// Usable with `std::lock_guard` and `std::unique_lock`. Not recursive.
class small_lock
{
public:
    small_lock() = default;
    small_lock(small_lock const&) = delete;
    small_lock& operator=(small_lock const&) = delete;

    void lock() noexcept
    {
        int seen = unlocked;
        if (!state_.compare_exchange_strong(seen, locked, std::memory_order_acquire,
                                            std::memory_order_relaxed))
            lock_contended();
    }

    void unlock() noexcept
    {
        if (state_.exchange(unlocked, std::memory_order_release) == locked_with_sleepers)
            state_.notify_one();
    }

private:
    static constexpr int unlocked = 0;
    static constexpr int locked = 1;
    static constexpr int locked_with_sleepers = 2;

    void lock_contended() noexcept;

    std::atomic<int> state_{unlocked};
};

} // namespace tidings::detail
