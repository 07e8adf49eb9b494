// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <memory>

namespace tidings {

namespace detail {
class blocking_pool;
}

/// The threads of `run_blocking`, shared by several loops. An execution context that is served by none makes
/// four of its own at its first call. A handle; the threads are joined with its last copy and the last
/// context that it serves.
class blocking_threads
{
public:
    /// They start with the first call. Throws `std::invalid_argument` if `count` is 0: no call would ever
    /// run.
    explicit blocking_threads(std::size_t count);

    /// From now on `run_blocking` uses these threads on the context of `executor`.
    void serve(boost::asio::any_io_executor const& executor) const;

    /// Waits, with the calling thread, until no call runs, but no longer than `limit`; the number of those
    /// that run then.
    std::size_t wait_until_idle(duration limit) const;

private:
    std::shared_ptr<detail::blocking_pool> pool_;
};

} // namespace tidings
