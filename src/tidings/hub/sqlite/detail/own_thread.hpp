// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <thread>

namespace tidings::detail {

/// Waits for a thread that was told to end. The thread itself, which cannot wait, goes on to its end alone:
/// it does nothing but what it was told, and owns what it needs for that.
inline void end_thread(std::thread& which)
{
    if (which.get_id() == std::this_thread::get_id())
        which.detach();
    else
        which.join();
}

} // namespace tidings::detail
