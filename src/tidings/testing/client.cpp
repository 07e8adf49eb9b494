// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/client.hpp>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdint>
#include <linux/filter.h>
#include <poll.h>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace tidings::testing {

namespace {

[[noreturn]] void throw_client_error(std::string_view what, int error)
{
    throw std::runtime_error(
        fmt::format("tidings: the client cannot {}: {}", what, std::generic_category().message(error)));
}

internal::stream_socket connect_to(asio::generic::stream_protocol::endpoint const& where,
                                   client_options const& options)
{
    internal::stream_socket opened(::socket(where.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!opened.is_open())
        throw_client_error("open a socket", errno);
    if (options.receive_buffer > 0)
        ::setsockopt(opened.descriptor(), SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof(int));
    // A server that accepts nobody holds up who connects. To the system no time at all means: for ever.
    using namespace std::chrono;
    auto const limit = std::max(floor<microseconds>(options.limit), microseconds(1));
    timeval const most{.tv_sec = limit / seconds(1), .tv_usec = limit % seconds(1) / microseconds(1)};
    ::setsockopt(opened.descriptor(), SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    if (::connect(opened.descriptor(), where.data(), static_cast<socklen_t>(where.size())) != 0)
        throw_client_error("connect", errno);
    return opened;
}

} // namespace

client::client(internal::stream_socket socket, client_options options) noexcept
    : socket_(std::move(socket)), options_(options)
{}

client::client(std::uint16_t port, client_options options)
    : client(connect_to(tcp::endpoint(asio::ip::address_v4::loopback(), port), options), options)
{}

client client::over_ipv6(std::uint16_t port, client_options options)
{
    return client(connect_to(tcp::endpoint(asio::ip::address_v6::loopback(), port), options), options);
}

client client::over_unix_socket(std::string const& path, client_options options)
{
    return client(connect_to(asio::local::stream_protocol::endpoint(path), options), options);
}

time_point client::end_of_call() const noexcept
{
    return later(clock::now(), options_.limit);
}

// Throws when the call's time is over, also if there is something to do: it might never end.
void client::wait_ready(short what, time_point until) const
{
    pollfd waited{native_handle(), what, 0};
    int ready = 0;
    do {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
        ready = left > 0 ? ::poll(&waited, 1, static_cast<int>(std::min<std::int64_t>(left, INT_MAX))) : 0;
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        throw std::runtime_error(
            fmt::format("tidings: the client's call was not over within {} ms; unread: \"{}\"",
                        std::chrono::ceil<std::chrono::milliseconds>(options_.limit).count(), buffer_));
}

// Sending

void client::send(std::string_view bytes)
{
    auto const until = end_of_call();
    while (!bytes.empty()) {
        auto const sent = ::send(native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno == EAGAIN)
            wait_ready(POLLOUT, until);
        else if (errno != EINTR)
            throw_client_error("send", errno);
    }
}

void client::get(std::string_view target, std::string_view header_lines)
{
    send(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", target, header_lines));
}

// Reading

// False at the end of the stream.
bool client::fill(time_point until)
{
    if (has_ended_)
        return false;
    wait_ready(POLLIN, until);
    std::array<char, 16 * 1024> piece;
    auto const got = ::recv(native_handle(), piece.data(), piece.size(), 0);
    if (got > 0) {
        buffer_.append(piece.data(), static_cast<std::size_t>(got));
        return true;
    }
    has_ended_ = true;
    was_reset_ = got < 0;
    return false;
}

std::string client::read_until(std::string_view mark)
{
    return read_until(mark, end_of_call());
}

std::string client::read_until(std::string_view mark, time_point until)
{
    auto at = buffer_.find(mark);
    for (; at == buffer_.npos; at = buffer_.find(mark))
        if (!fill(until))
            throw std::runtime_error(fmt::format(
                "tidings: the connection ended before \"{}\"; it had sent \"{}\"", mark, buffer_));
    std::string found = buffer_.substr(0, at + mark.size());
    buffer_.erase(0, found.size());
    return found;
}

received_head client::read_head()
{
    received_head head(read_until("\r\n\r\n"));
    body_.clear();
    events_.restart();
    framing_ = detail::answer_body(head);
    return head;
}

// More of the body; false when there is no more.
bool client::fill_body(time_point until)
{
    if (framing_.is_complete())
        return false;
    if (buffer_.empty() && !fill(until)) {
        framing_.end_of_connection();
        return false;
    }
    buffer_.erase(0, framing_.feed(buffer_, body_));
    return true;
}

std::string client::read_body()
{
    auto const until = end_of_call();
    while (fill_body(until)) {
    }
    return std::exchange(body_, {});
}

std::optional<received_event> client::next_event()
{
    auto const until = end_of_call();
    for (;;) {
        std::string_view bytes = body_;
        auto event = events_.next(bytes);
        body_.erase(0, body_.size() - bytes.size());
        if (event && event->type() == "tidings-place")
            continue;
        if (event || !fill_body(until))
            return event;
    }
}

std::string client::read_to_end()
{
    auto const until = end_of_call();
    while (fill(until)) {
    }
    return std::exchange(buffer_, {});
}

client::ending client::wait_for_end()
{
    read_to_end();
    return was_reset_ ? ending::reset : ending::closed;
}

// Leaving

void client::vanish()
{
    // A filter that lets nothing in: the kernel drops each packet before it looks at it, and so acknowledges
    // nothing and answers no probe.
    sock_filter drop_all[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    sock_fprog const program{1, drop_all};
    int domain = AF_UNSPEC;
    socklen_t size = sizeof domain;
    ::getsockopt(native_handle(), SOL_SOCKET, SO_DOMAIN, &domain, &size);
    if (domain == AF_UNIX ||
        ::setsockopt(native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0)
        throw std::runtime_error("testing::client: a client on this kind of socket cannot vanish");
}

} // namespace tidings::testing
