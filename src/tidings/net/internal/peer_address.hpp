// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <string>

struct sockaddr;

namespace tidings::internal {

/// The address of a peer without its port, in few bytes: every connection keeps its own.
class peer_address
{
public:
    /// None: a unix socket's.
    peer_address() = default;
    explicit peer_address(sockaddr const& peer) noexcept;
    /// Of the peer of a connected socket; none when it is gone.
    static peer_address of(int descriptor) noexcept;

    /// "192.0.2.1" or "2001:db8::1", an IPv4 address in an IPv6 one as the former; empty when there is none.
    std::string to_string() const;

    /// What one customer has: an IPv4 address as it is, the first 64 bits of an IPv6 one.
    peer_address network() const noexcept;
    friend auto operator<=>(peer_address const&, peer_address const&) = default;

private:
    enum class kind : unsigned char
    {
        none,
        ipv4,
        ipv6,
    };

    std::array<unsigned char, 16> bytes_{};
    kind kind_ = kind::none;
};

} // namespace tidings::internal
