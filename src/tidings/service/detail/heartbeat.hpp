// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace tidings::detail {

/// Finds out whether all loops of a server still run: each has to answer a question before the next one is
/// asked.
class heartbeat : public std::enable_shared_from_this<heartbeat>
{
public:
    /// `all_alive` is called each time when the last one has answered, on that loop.
    heartbeat(std::vector<boost::asio::any_io_executor> loops, std::function<void()> all_alive);

    /// Asks all, unless one still owes the last answer. From one thread.
    void ask();

private:
    void answer();

    std::vector<boost::asio::any_io_executor> const loops_;
    std::function<void()> const all_alive_;
    std::atomic<std::size_t> missing_{0};
};

} // namespace tidings::detail
