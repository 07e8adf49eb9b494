// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/internal/spinlock.hpp>

#include <chrono>
#include <thread>

namespace tidings::internal {

void spinlock::lock_contended() noexcept
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

} // namespace tidings::internal
