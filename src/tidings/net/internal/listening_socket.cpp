// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/listening_socket.hpp>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/system/system_error.hpp>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <utility>

namespace asio = boost::asio;

namespace tidings::internal {

namespace {

constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;
constexpr unsigned all_permissions = 0777;

[[noreturn]] void refuse(endpoint const& where, std::string_view what, int error)
{
    throw boost::system::system_error(error, boost::system::system_category(),
                                      fmt::format("tidings: cannot {} {}", what, describe(where)));
}

[[noreturn]] void refuse_setting(std::string const& why)
{
    throw boost::system::system_error(asio::error::invalid_argument, "tidings: endpoint::" + why);
}

asio::generic::stream_protocol::endpoint address_of(endpoint const& where)
{
    if (!where.unix_socket.empty()) {
        if (where.unix_socket.size() > longest_path || where.unix_socket.find('\0') != std::string::npos)
            refuse_setting(
                fmt::format("unix_socket must be a path of at most {} bytes, none of them zero; \"{}\" "
                            "has {}",
                            longest_path, where.unix_socket, where.unix_socket.size()));
        if (where.unix_mode > all_permissions)
            refuse_setting(
                fmt::format("unix_mode must be permissions up to 0777, written in octal as 0660, not "
                            "{:#o} for {}",
                            where.unix_mode, where.unix_socket));
        return asio::local::stream_protocol::endpoint(where.unix_socket);
    }
    boost::system::error_code error;
    auto const address = asio::ip::make_address(where.host, error);
    if (error)
        refuse_setting(
            fmt::format("host must be an address such as 127.0.0.1, :: or 0.0.0.0, not \"{}\"", where.host));
    return asio::ip::tcp::endpoint(address, where.port);
}

// A TCP client is handed over with its first bytes, or after a second without any: its request is then read
// in the turn that accepts it, and who connects ahead of a need costs nothing yet.
void accept_with_first_bytes(int descriptor) noexcept
{
    int const seconds = 1;
    (void)::setsockopt(descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
}

// Of either family, which have it in the same place; 0 for a unix socket.
std::uint16_t bound_port(int descriptor) noexcept
{
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    (void)::getsockname(descriptor, &reinterpret_cast<sockaddr&>(bound), &size);
    return bound.ss_family == AF_UNIX ? 0 : ntohs(reinterpret_cast<sockaddr_in const&>(bound).sin_port);
}

// A socket file that nobody listens on was left by a server that is gone.
void remove_stale_socket(std::string const& path)
{
    struct stat found;
    if (::stat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode))
        return;
    asio::io_context io;
    asio::local::stream_protocol::socket probe(io);
    boost::system::error_code error;
    probe.connect(asio::local::stream_protocol::endpoint(path), error);
    if (error == asio::error::connection_refused)
        ::unlink(path.c_str());
}

} // namespace

bool accept_result::is_short() const noexcept
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

bool accept_result::may_go_on() const noexcept
{
    return error == EINTR || error == ECONNABORTED || error == EPROTO;
}

std::string describe(endpoint const& where)
{
    return where.unix_socket.empty() ? fmt::format("{} port {}", where.host, where.port) : where.unix_socket;
}

// What it delegates to has made it whole: what is bound when this throws is closed by the destructor.
listening_socket::listening_socket(endpoint const& where, int backlog, peer_probes const& probes)
    : listening_socket()
{
    where.opened ? take(where) : open(where);
    prepare(descriptor(), probes);
    accept_with_first_bytes(descriptor());
    if (::listen(descriptor(), backlog) != 0)
        refuse(where, "listen on", errno);
    (void)::fcntl(descriptor(), F_SETFL, O_NONBLOCK);
    port_ = bound_port(descriptor());
}

void listening_socket::open(endpoint const& where)
{
    auto const address = address_of(where);
    bool const is_unix = !where.unix_socket.empty();
    if (is_unix)
        remove_stale_socket(where.unix_socket);
    boost::system::error_code error;
    asio::io_context io;
    asio::generic::stream_protocol::socket made(io);
    made.open(address.protocol(), error);
    if (error)
        refuse(where, "open a socket for", error.value());
    made.set_option(asio::socket_base::reuse_address(true), error);
    made.bind(address, error);
    if (error)
        refuse(where, "bind to", error.value());
    socket_ = stream_socket(made.release());
    if (!is_unix)
        return;
    unix_path_ = where.unix_socket;
    file_ = at(unix_path_);
    // Nobody can connect before it listens.
    if (where.unix_mode != 0 && ::chmod(unix_path_.c_str(), where.unix_mode) != 0)
        refuse(where, "set unix_mode of", errno);
}

void listening_socket::take(endpoint const& where)
{
    socket_ = std::move(where.opened->socket);
    if (!socket_.is_open())
        refuse_setting(
            fmt::format("opened of {} was taken by a server that has listened before", describe(where)));
    if (where.opened->has_file) {
        unix_path_ = where.unix_socket;
        file_ = at(unix_path_);
    }
}

accept_result listening_socket::accept() const noexcept
{
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    auto& address = reinterpret_cast<sockaddr&>(peer);
    int const descriptor = ::accept4(socket_.descriptor(), &address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0)
        return {.socket = {}, .peer = {}, .error = errno};
    return {.socket = stream_socket(descriptor), .peer = peer_address(address)};
}

void listening_socket::close() noexcept
{
    bool const is_ours = !unix_path_.empty() && at(unix_path_) == file_;
    if (is_ours)
        ::unlink(unix_path_.c_str());
    unix_path_.clear();
    socket_.close();
}

listening_socket::file listening_socket::at(std::string const& path) noexcept
{
    struct stat found;
    if (::stat(path.c_str(), &found) != 0)
        return {};
    return {.device = found.st_dev, .number = found.st_ino};
}

} // namespace tidings::internal
