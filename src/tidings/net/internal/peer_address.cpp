// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/peer_address.hpp>

#include <arpa/inet.h>
#include <fmt/compile.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace tidings::internal {

peer_address::peer_address(sockaddr const& peer) noexcept
{
    if (peer.sa_family == AF_INET) {
        kind_ = kind::ipv4;
        std::memcpy(bytes_.data(), &reinterpret_cast<sockaddr_in const&>(peer).sin_addr, sizeof(in_addr));
    } else if (peer.sa_family == AF_INET6) {
        in6_addr const& address = reinterpret_cast<sockaddr_in6 const&>(peer).sin6_addr;
        bool const is_mapped = IN6_IS_ADDR_V4MAPPED(&address);
        kind_ = is_mapped ? kind::ipv4 : kind::ipv6;
        constexpr std::size_t prefix = sizeof(in6_addr) - sizeof(in_addr);
        if (is_mapped)
            std::memcpy(bytes_.data(), address.s6_addr + prefix, sizeof(in_addr));
        else
            std::memcpy(bytes_.data(), &address, sizeof address);
    }
}

peer_address peer_address::of(int descriptor) noexcept
{
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    auto& address = reinterpret_cast<sockaddr&>(peer);
    return ::getpeername(descriptor, &address, &size) == 0 ? peer_address(address) : peer_address();
}

peer_address peer_address::network() const noexcept
{
    peer_address shortened = *this;
    if (kind_ == kind::ipv6)
        std::fill(shortened.bytes_.begin() + bytes_.size() / 2, shortened.bytes_.end(), 0);
    return shortened;
}

std::string peer_address::to_string() const
{
    if (kind_ == kind::none)
        return {};
    if (kind_ == kind::ipv4)
        return fmt::format(FMT_COMPILE("{}.{}.{}.{}"), bytes_[0], bytes_[1], bytes_[2], bytes_[3]);
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
    return text.data();
}

} // namespace tidings::internal
