// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>

namespace tidings::internal {

/// A lock of one byte, for a few instructions at a time: one exchange to take it, one store to leave it.
/// Every wait takes one for each of its sources, so size and the free case count; fairness does not. Whoever
/// finds it taken lets others run, and sleeps if that does not help.
/// Usable with `std::lock_guard` and `std::unique_lock`. Not recursive.
class spinlock
{
public:
    spinlock() = default;
    spinlock(spinlock const&) = delete;
    spinlock& operator=(spinlock const&) = delete;

    void lock() noexcept
    {
        if (is_taken_.exchange(true, std::memory_order_acquire))
            lock_contended();
    }

    void unlock() noexcept { is_taken_.store(false, std::memory_order_release); }

private:
    void lock_contended() noexcept;

    std::atomic<bool> is_taken_{false};
};

} // namespace tidings::internal
