// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/small_lock.hpp>

namespace tidings::detail {

void small_lock::lock_contended() noexcept
{
    while (state_.exchange(locked_with_sleepers, std::memory_order_acquire) != unlocked)
        state_.wait(locked_with_sleepers, std::memory_order_relaxed);
}

} // namespace tidings::detail
