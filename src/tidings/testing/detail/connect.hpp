// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>

namespace tidings::testing {

struct client_options;

namespace detail {

// Sockets that are connected to this machine, within the limit of the options.

int connect_ipv4(std::uint16_t port, client_options const& options);
int connect_ipv6(std::uint16_t port, client_options const& options);
int connect_unix(std::string const& path, client_options const& options);

/// Says that the client cannot do that, and the text of the `errno`.
[[noreturn]] void throw_client_error(std::string const& what, int error);

} // namespace detail
} // namespace tidings::testing
