// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/stream_socket.hpp>

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tidings::internal {

/// Where a client connects to.
struct dial_address
{
    sockaddr_storage bytes{};
    socklen_t size = 0;
};

/// The addresses of a host, in the order in which they are to be tried. Looking up a name blocks. Throws
/// `std::runtime_error` with a text that names the host.
std::vector<dial_address> look_up(std::string const& host, std::uint16_t port);
/// Throws `std::runtime_error` for a path that is too long.
dial_address unix_address(std::string const& path);

/// A socket that is connecting, and does not wait: it has room to write as soon as it is connected, or has
/// failed. Not open, with `errno` set, where it fails at once.
stream_socket dial(dial_address const& to, peer_probes const& probes) noexcept;
/// What has become of it: 0, or an errno.
int dial_error(stream_socket const& of) noexcept;

} // namespace tidings::internal
