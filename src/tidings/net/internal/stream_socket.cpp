// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/stream_socket.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <linux/sockios.h>

namespace tidings::internal {

namespace {

constexpr duration longest_base = std::chrono::seconds(15);

bool comments_come_first(duration keep_alive) noexcept
{
    return keep_alive > duration::zero() && keep_alive <= longest_base;
}

// A router that says that there is no way to the peer leaves its word in place of the timeout.
bool is_loss(int error) noexcept
{
    return error == ETIMEDOUT || error == EHOSTUNREACH || error == ENETUNREACH;
}

} // namespace

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
            return {is_loss(errno) ? receive_result::lost : receive_result::broken};
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
            return {.is_broken = true, .is_lost = is_loss(errno)};
    }
}

bool stream_socket::take_loss() const noexcept
{
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && is_loss(error);
}

std::size_t stream_socket::unacknowledged() const noexcept
{
    int count = 0;
    return ::ioctl(descriptor_, SIOCOUTQ, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

bool stream_socket::has_input() const noexcept
{
    int count = 0;
    return ::ioctl(descriptor_, FIONREAD, &count) == 0 && count > 0;
}

void stream_socket::limit_unacknowledged(std::chrono::milliseconds limit) const noexcept
{
    // The kernel takes an int; a longer time than that is as good as none. It fails on unix sockets, which
    // have no peer that could vanish.
    auto const most = std::chrono::milliseconds(std::numeric_limits<int>::max());
    auto const number = static_cast<unsigned>(std::min(limit, most).count());
    (void)::setsockopt(descriptor_, IPPROTO_TCP, TCP_USER_TIMEOUT, &number, sizeof number);
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

peer_probes probes_of(duration keep_alive) noexcept
{
    duration const base = comments_come_first(keep_alive) ? keep_alive : longest_base;
    auto const third = std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(base / 3));
    return {.silence = std::chrono::ceil<std::chrono::seconds>(base) + third, .interval = third};
}

std::chrono::milliseconds unacknowledged_limit(duration keep_alive, duration write_timeout) noexcept
{
    if (write_timeout <= duration::zero())
        return {};
    auto const limit = std::chrono::ceil<std::chrono::milliseconds>(write_timeout);
    return comments_come_first(keep_alive)
               ? limit
               : std::max<std::chrono::milliseconds>(limit, probes_of(keep_alive).worst());
}

void prepare(int descriptor, peer_probes const& probes) noexcept
{
    // All of it fails on unix sockets, or means nothing there, and they need none of it.
    auto const set = [descriptor](int level, int option, int value) {
        (void)::setsockopt(descriptor, level, option, &value, sizeof value);
    };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(probes.silence.count()));
    set(IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(probes.interval.count()));
    set(IPPROTO_TCP, TCP_KEEPCNT, probes.count);
}

} // namespace tidings::internal
