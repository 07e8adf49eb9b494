// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include <thread>
#include <utility>

namespace tidings::detail {

/// Waits for a thread that was told to end. A thread cannot wait for itself: one of Asio's system pool does
/// it in its place, or else the end of that pool, with that of the process. Until then the thread does what
/// it was told, and owns what it needs for that.
inline void end_thread(std::jthread& which)
{
    if (which.get_id() == std::this_thread::get_id())
        boost::asio::post(boost::asio::system_executor(), [ending = std::move(which)] {});
    else
        which.join();
}

} // namespace tidings::detail
