// SPDX-License-Identifier: BSL-1.0
#include "local_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <poll.h>
#include <stdexcept>

namespace tidings::test {

namespace {

constexpr int limit = 10'000; // milliseconds

} // namespace

internal::stream_socket connected_to(std::uint16_t port)
{
    internal::stream_socket made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(made.descriptor(), reinterpret_cast<sockaddr const*>(&to), sizeof to) != 0)
        throw std::runtime_error("a client of a test cannot connect");
    int const at_once = 1;
    ::setsockopt(made.descriptor(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    return made;
}

short wait_for(internal::stream_socket const& socket, short what)
{
    pollfd one{.fd = socket.descriptor(), .events = what, .revents = 0};
    if (::poll(&one, 1, limit) <= 0)
        throw std::runtime_error("nothing happened to a client of a test within ten seconds");
    return one.revents;
}

} // namespace tidings::test
