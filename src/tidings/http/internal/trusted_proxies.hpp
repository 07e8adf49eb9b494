// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::internal {

/// An address of either kind; IPv4 as IPv6 maps it (::ffff:a.b.c.d).
using ip_address = std::array<unsigned char, 16>;

/// Reads an address as peers and X-Forwarded-For write it: also in brackets, with a port, or with a zone.
[[nodiscard]] std::optional<ip_address> parse_ip_address(std::string_view text);

[[nodiscard]] bool is_ipv4(ip_address const& address) noexcept;

[[nodiscard]] std::string to_string(ip_address const& address);

/// The proxies whose X-Forwarded-For is believed. Anybody can send that header, so none are trusted by
/// default.
class trusted_proxies
{
public:
    trusted_proxies() = default;

    /// Addresses ("::1"), networks ("10.0.0.0/8"), and "unix" for peers on unix sockets. Throws
    /// `std::invalid_argument`, whose text shows the entry, if one is malformed.
    explicit trusted_proxies(std::vector<std::string> const& entries);

    /// `peer` is the address of a connection's other end, empty on a unix socket.
    [[nodiscard]] bool trusts(std::string_view peer) const;

    /// The address of the client: the peer, or, as long as that is a trusted proxy, whoever this one named
    /// last. Stops in front of an entry that is no address.
    [[nodiscard]] std::string client_address(std::string_view peer, request const& request) const;

    /// Whose account a client's address goes to where clients are counted: the address, of IPv6 its /64,
    /// which is what one customer has. Empty for nobody's: a unix socket, a trusted proxy, behind which are
    /// many.
    [[nodiscard]] std::string account_of(std::string_view address) const;

private:
    struct network
    {
        ip_address address;
        int prefix_bits;
    };

    void add(std::string_view entry);

    std::vector<network> networks_;
    bool unix_sockets_ = false;
};

} // namespace tidings::internal
