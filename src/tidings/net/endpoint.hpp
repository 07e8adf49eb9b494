// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace tidings {

namespace internal {
class encryption;
class protocol;
struct opened_socket;
} // namespace internal

/// Where a server listens: an address and a port, or a Unix domain socket.
///
///     tidings::endpoint{.host = "0.0.0.0", .port = 80}
///     tidings::endpoint{.unix_socket = "/run/app/http.sock", .unix_mode = 0660}
///     tidings::endpoint{.host = "0.0.0.0", .port = 443, .tls = std::make_shared<tidings::tls_context>(…)}
struct endpoint
{
    /// An address of this machine, not a name. "0.0.0.0" means all IPv4 addresses, "::" also those of IPv6.
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080; ///< 0: any free port, see `server::port`
    /// A path of at most 107 bytes. If it is set, the server listens there and not on TCP. It replaces a
    /// stale socket that nothing listens on any more, and removes its own when it ends.
    std::string unix_socket{};
    /// The permissions of the socket's file: a program that may write to it may connect, with 0660 the owner
    /// and the group. 0: whatever the umask of the process leaves, which is commonly the owner alone.
    unsigned unix_mode = 0;
    /// Encrypts the connections of this endpoint: a `tls_context` from the component `tidings::tls`. Several
    /// endpoints may share one. Null: no encryption.
    std::shared_ptr<internal::encryption> tls{};
    /// Enables HTTP/2 for clients that ask for it, while others use HTTP/1.1: the result of
    /// `tidings::http2()`, from the component of that name. Null: HTTP/1.1 only.
    std::shared_ptr<internal::protocol> http2{};
    /// A socket that listens there already, from `tidings::service`, of the component of that name; the first
    /// server that listens takes it. Null: the server opens one.
    std::shared_ptr<internal::opened_socket> opened{};

    friend bool operator==(endpoint const&, endpoint const&) = default;
};

} // namespace tidings
