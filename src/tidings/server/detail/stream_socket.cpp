// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/stream_socket.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tidings::detail {

receive_result stream_socket::receive(std::span<char> into) const noexcept
{
    for (;;) {
        auto const got = ::recv(descriptor_, into.data(), into.size(), MSG_DONTWAIT);
        if (got > 0)
            return {receive_result::bytes, static_cast<std::size_t>(got)};
        if (got == 0)
            return {receive_result::end};
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return {receive_result::nothing};
        if (errno != EINTR)
            return {receive_result::broken};
    }
}

send_result stream_socket::send(std::span<boost::asio::const_buffer const> pieces) const noexcept
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
        auto const sent = count == 1 ? ::send(descriptor_, parts[0].iov_base, parts[0].iov_len, flags)
                                     : ::sendmsg(descriptor_, &message, flags);
        if (sent >= 0)
            return {static_cast<std::size_t>(sent)};
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
            return {0};
        if (errno != EINTR)
            return {0, true};
    }
}

void stream_socket::shutdown_send() const noexcept
{
    (void)::shutdown(descriptor_, SHUT_WR);
}

void stream_socket::close() noexcept
{
    if (is_open())
        ::close(release());
}

void stream_socket::close_with_reset() noexcept
{
    linger const at_once{1, 0};
    (void)::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

void prepare(int descriptor, std::chrono::milliseconds unacknowledged_limit) noexcept
{
    // Both fail on unix sockets, which need neither.
    int const on = 1;
    (void)::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (unacknowledged_limit.count() > 0) {
        auto const limit = static_cast<unsigned>(unacknowledged_limit.count());
        (void)::setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
    }
}

} // namespace tidings::detail
