// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/stream_socket.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>

namespace tidings::detail {

namespace {

// A reset that comes after the peer's FIN is no error to `recv`, which goes on to say that the input has
// ended (tcp_recvmsg looks at SOCK_DONE first); `poll` tells.
bool has_hung_up(stream_socket& socket) noexcept
{
    pollfd looked_at{socket.native_handle(), 0, 0};
    return ::poll(&looked_at, 1, 0) > 0 && (looked_at.revents & (POLLERR | POLLHUP)) != 0;
}

} // namespace

receive_result receive(stream_socket& from, std::span<char> into) noexcept
{
    for (;;) {
        auto const got = ::recv(from.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
        if (got > 0)
            return {receive_result::bytes, static_cast<std::size_t>(got)};
        if (got == 0)
            return {has_hung_up(from) ? receive_result::broken : receive_result::end};
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return {receive_result::nothing};
        if (errno != EINTR)
            return {receive_result::broken};
    }
}

send_result send(stream_socket& to, std::span<boost::asio::const_buffer const> pieces) noexcept
{
    std::array<iovec, 128> parts;
    std::size_t const count = std::min(pieces.size(), parts.size());
    for (std::size_t i = 0; i < count; ++i)
        parts[i] = {const_cast<void*>(pieces[i].data()), pieces[i].size()}; // the kernel only reads
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    for (;;) {
        // One piece is the common case, and the kernel does less for it when it is not given a list.
        auto const sent = count == 1 ? ::send(to.native_handle(), parts[0].iov_base, parts[0].iov_len, flags)
                                     : ::sendmsg(to.native_handle(), &message, flags);
        if (sent >= 0)
            return {static_cast<std::size_t>(sent)};
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
            return {0};
        if (errno != EINTR)
            return {0, true};
    }
}

void prepare(stream_socket& socket, std::chrono::milliseconds unacknowledged_limit) noexcept
{
    // Both fail on unix sockets, which need neither.
    int const on = 1;
    (void)::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (unacknowledged_limit.count() > 0) {
        auto const limit = static_cast<unsigned>(unacknowledged_limit.count());
        (void)::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
    }
}

void close_with_reset(stream_socket& socket) noexcept
{
    boost::system::error_code ignored;
    socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

std::string peer_address(stream_socket const& socket)
{
    boost::system::error_code error;
    auto const peer = socket.remote_endpoint(error);
    int const family = peer.protocol().family();
    if (error || (family != AF_INET && family != AF_INET6))
        return {};
    boost::asio::ip::tcp::endpoint tcp;
    tcp.resize(peer.size());
    std::copy_n(reinterpret_cast<char const*>(peer.data()), peer.size(), reinterpret_cast<char*>(tcp.data()));
    auto address = tcp.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
    return address.to_string();
}

} // namespace tidings::detail
