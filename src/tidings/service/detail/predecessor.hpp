// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/service/internal/local_socket.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::detail {

/// What two processes of an upgrade say to each other. The old one begins, and its sockets go along.
namespace upgrade_message {
constexpr std::string_view sockets = "tidings-upgrade 1: sockets"; ///< old: here they are
constexpr std::string_view refusal = "no: ";                       ///< old: followed by a reason
constexpr std::string_view release = "release";                    ///< new: let go of what only one may have
constexpr std::string_view released = "released";                  ///< old: it has
constexpr std::string_view serving = "serving";                    ///< new: it accepts clients
constexpr std::string_view yours = "yours";                        ///< old: it accepts none any more
} // namespace upgrade_message

/// The process that this one replaces, seen from this one.
class predecessor
{
public:
    /// Nothing when none is there. Waits for its sockets, up to ten seconds. Throws `std::runtime_error` when
    /// it refuses, belongs to another user, or says nothing; `boost::system::system_error` when `path` cannot
    /// be used.
    static std::optional<predecessor> find(std::string const& path);

    pid_t process() const noexcept { return process_; }
    /// The connection to it, for what this process has to say once it serves.
    internal::stream_socket take_socket() noexcept { return std::move(socket_); }
    /// What it listens on, its upgrade socket among them.
    std::vector<internal::stream_socket> take_sockets() { return std::exchange(sockets_, {}); }

    /// Waits until it has released what only one process may have, up to a minute. Throws
    /// `std::runtime_error` when it cannot.
    void request_release() const;

private:
    predecessor(internal::caller found, std::vector<internal::stream_socket> sockets);

    internal::stream_socket socket_;
    pid_t process_;
    std::vector<internal::stream_socket> sockets_;
};

} // namespace tidings::detail
