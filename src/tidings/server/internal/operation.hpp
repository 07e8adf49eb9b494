// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/server.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace tidings::internal {

/// What `tidings::service` does with a server that has started. Once the server is gone it does nothing.
class operation
{
public:
    explicit operation(server& of);

    std::vector<boost::asio::any_io_executor> loops() const;
    std::uint64_t streams() const; ///< that are open now
    void log(log_level level, std::string_view message) const;

    // On the first of the loops:

    /// The descriptors of the sockets that listen.
    std::vector<int> listening() const;
    /// While it accepts nobody, clients wait in the kernel's queue.
    void accept(bool is_wanted) const;
    /// Stops, as another process has all that listens: the files of unix sockets stay, and all clients that
    /// were accepted are served.
    void hand_over() const;

private:
    std::weak_ptr<detail::engine> of_;
};

} // namespace tidings::internal
