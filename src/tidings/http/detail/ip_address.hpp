// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::detail {

/// An address of either kind; IPv4 as IPv6 maps it (::ffff:a.b.c.d).
using ip_address = std::array<unsigned char, 16>;

/// Reads an address as peers and X-Forwarded-For write it: also in brackets, with a port, or with a zone.
[[nodiscard]] std::optional<ip_address> parse_ip_address(std::string_view text);

[[nodiscard]] bool is_ipv4(ip_address const& address) noexcept;

[[nodiscard]] std::string to_string(ip_address const& address);

} // namespace tidings::detail
