// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/internal/loop_call.hpp>

namespace tidings::internal {

void loop_call::request()
{
    if (!is_requested_.exchange(true, std::memory_order_acq_rel))
        home_->push(*this);
}

void loop_call::run()
{
    // First, so that a request which comes while the call looks around is not lost.
    is_requested_.exchange(false, std::memory_order_acq_rel);
    on_turn();
}

void loop_call::drop() noexcept
{
    is_requested_.store(false, std::memory_order_release);
    on_dropped();
}

} // namespace tidings::internal
