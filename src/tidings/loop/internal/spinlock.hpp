// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

namespace tidings::internal {

/// A lock of one byte, for what is short: one exchange to take it, one store to leave it. Every wait takes
/// one for each of its sources, so size and the free case count; fairness does not. A thread that finds it
/// taken looks again for some microseconds, lets others run, and sleeps if that does not help.
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
    [[gnu::noinline]] void lock_contended() noexcept
    {
        // Its holder is about to leave it, or has lost the processor. For the second case: yielding is not
        // enough where the holder's priority is lower.
        constexpr int looks = 100;
        constexpr int yields = 100;
        int tries = 0;
        do {
            while (is_taken_.load(std::memory_order_relaxed)) {
                ++tries;
                if (tries > looks + yields)
                    std::this_thread::sleep_for(std::chrono::microseconds(50));
                else if (tries > looks)
                    std::this_thread::yield();
            }
        } while (is_taken_.exchange(true, std::memory_order_acquire));
    }

    std::atomic<bool> is_taken_{false};
};

} // namespace tidings::internal
