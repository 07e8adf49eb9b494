// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/client.hpp>
#include <tidings/testing/detail/connect.hpp>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <stdexcept>

namespace tidings::testing::detail {

void throw_client_error(std::string const& what, int error)
{
    throw std::runtime_error(
        fmt::format("tidings: the client cannot {}: {}", what, std::generic_category().message(error)));
}

namespace {

// A server that accepts nobody holds up who connects. To the system no time at all means: for ever.
timeval connect_limit(client_options const& options)
{
    auto const limit = std::max<duration>(options.limit, std::chrono::microseconds(1));
    auto const seconds = std::chrono::floor<std::chrono::seconds>(limit);
    auto const rest = std::chrono::floor<std::chrono::microseconds>(limit - seconds);
    return {.tv_sec = seconds.count(), .tv_usec = rest.count()};
}

template <typename Address>
int open_socket(Address const& address, client_options const& options)
{
    auto const* const generic = reinterpret_cast<sockaddr const*>(&address);
    int const descriptor = ::socket(generic->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        throw_client_error("open a socket", errno);
    if (options.receive_buffer > 0)
        ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof(int));
    timeval const limit = connect_limit(options);
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (::connect(descriptor, generic, sizeof address) != 0) {
        int const error = errno;
        ::close(descriptor);
        throw_client_error("connect", error);
    }
    return descriptor;
}

} // namespace

int connect_ipv4(std::uint16_t port, client_options const& options)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return open_socket(address, options);
}

int connect_ipv6(std::uint16_t port, client_options const& options)
{
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = in6addr_loopback;
    return open_socket(address, options);
}

int connect_unix(std::string const& path, client_options const& options)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw_client_error("connect to " + path, ENAMETOOLONG);
    std::ranges::copy(path, address.sun_path);
    return open_socket(address, options);
}

} // namespace tidings::testing::detail
