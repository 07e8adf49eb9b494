// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace tidings {

namespace internal {
class encryption;
class protocol;
} // namespace internal

/// Where a server listens: an address and a port, or a unix socket.
///
///     tidings::endpoint{.host = "0.0.0.0", .port = 80}
///     tidings::endpoint{.unix_socket = "/run/app/http.sock", .unix_mode = 0660}
///     tidings::endpoint{.host = "0.0.0.0", .port = 443, .tls = std::make_shared<tidings::tls_context>(…)}
struct endpoint
{
    /// An address of this machine, not a name; "0.0.0.0" are all of them, "::" also those of IPv6.
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080; ///< 0: any free one, see `server::port`
    /// A path of at most 107 bytes: listen there, and not on TCP. A socket that nobody listens on any more is
    /// replaced; the server removes its own when it ends.
    std::string unix_socket{};
    /// Who may connect to the unix socket, by the permission to write to its file, such as 0660 for its owner
    /// and group. 0: what the umask of the process leaves, which is commonly the owner alone.
    unsigned unix_mode = 0;
    /// Encrypts what is spoken here: a `tls_context`, of the component `tidings::tls`. Several endpoints may
    /// have the same one. Null: nothing is encrypted.
    std::shared_ptr<internal::encryption> tls{};
    /// Speaks HTTP/2 here with the clients that ask for it, and HTTP/1.1 with the others: what
    /// `tidings::http2` makes, of the component of that name. Null: HTTP/1.1 alone.
    std::shared_ptr<internal::protocol> http2{};

    friend bool operator==(endpoint const&, endpoint const&) = default;
};

} // namespace tidings
