// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/redis/internal/dialling.hpp>

#include <fmt/format.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <stdexcept>

namespace tidings::internal {

std::vector<dial_address> look_up(std::string const& host, std::uint16_t port)
{
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    int const error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &list);
    if (error != 0)
        throw std::runtime_error(
            fmt::format("the host {} cannot be looked up: {}", host, ::gai_strerror(error)));
    std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> const owner(list, ::freeaddrinfo);
    std::vector<dial_address> found;
    for (addrinfo const* each = list; each; each = each->ai_next) {
        found.push_back({.size = each->ai_addrlen});
        std::memcpy(&found.back().bytes, each->ai_addr, each->ai_addrlen);
    }
    return found;
}

dial_address unix_address(std::string const& path)
{
    dial_address made;
    auto& address = reinterpret_cast<sockaddr_un&>(made.bytes);
    if (path.size() >= sizeof address.sun_path)
        throw std::runtime_error(
            fmt::format("the path {} is too long for a unix socket, which has at most {} "
                        "bytes",
                        path, sizeof address.sun_path - 1));
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    made.size = sizeof address;
    return made;
}

stream_socket dial(dial_address const& to, peer_probes const& probes) noexcept
{
    auto const& address = reinterpret_cast<sockaddr const&>(to.bytes);
    stream_socket made(::socket(address.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!made.is_open())
        return made;
    prepare(made.descriptor(), probes);
    if (::connect(made.descriptor(), &address, to.size) == 0 || errno == EINPROGRESS)
        return made;
    int const error = errno;
    made.close();
    errno = error;
    return made;
}

int dial_error(stream_socket const& of) noexcept
{
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(of.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

} // namespace tidings::internal
