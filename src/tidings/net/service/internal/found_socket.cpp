// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/listening_socket.hpp>
#include <tidings/net/service/internal/found_socket.hpp>

#include <boost/asio/ip/address.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>

namespace tidings::internal {

namespace {

// Nothing for an address that is none of these families.
std::optional<endpoint> address_of(int descriptor)
{
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    auto& address = reinterpret_cast<sockaddr&>(bound);
    if (::getsockname(descriptor, &address, &size) != 0)
        return {};
    if (bound.ss_family == AF_INET || bound.ss_family == AF_INET6) // whose port is in the same place
        return endpoint{.host = peer_address(address).to_string(),
                        .port = ntohs(reinterpret_cast<sockaddr_in const&>(bound).sin_port)};
    auto const& path = reinterpret_cast<sockaddr_un const&>(bound).sun_path;
    if (bound.ss_family != AF_UNIX || path[0] == '\0')
        return {};
    return endpoint{.unix_socket = std::string(path, ::strnlen(path, sizeof path))};
}

int option_of(int descriptor, int name) noexcept
{
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

} // namespace

bool listens_at(int descriptor, endpoint const& where)
{
    auto const found = address_of(descriptor);
    if (!found || found->unix_socket != where.unix_socket)
        return false;
    if (!where.unix_socket.empty())
        return true;
    boost::system::error_code error; // an endpoint that is wrong is refused by the server
    auto const wanted = boost::asio::ip::make_address(where.host, error);
    return !error && wanted == boost::asio::ip::make_address(found->host, error) &&
           (where.port == 0 || where.port == found->port);
}

std::string why_not_listening(int descriptor)
{
    int const type = option_of(descriptor, SO_TYPE);
    if (type < 0)
        return errno == EBADF ? "is not open" : "is not a socket";
    if (type != SOCK_STREAM)
        return "is not a stream socket (ListenStream=)";
    if (option_of(descriptor, SO_ACCEPTCONN) != 1)
        return "does not listen; the unit needs Accept=no";
    return {};
}

stream_socket take_inherited(int descriptor) noexcept
{
    (void)::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    return stream_socket(descriptor);
}

endpoint with_socket(endpoint where, stream_socket socket, bool has_file)
{
    where.opened = std::make_shared<opened_socket>();
    where.opened->socket = std::move(socket);
    where.opened->has_file = has_file;
    return where;
}

} // namespace tidings::internal
