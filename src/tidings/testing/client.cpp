// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/client.hpp>
#include <tidings/testing/detail/connect.hpp>

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdint>
#include <linux/filter.h>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <utility>

namespace tidings::testing {

client::client(int descriptor, client_options options) noexcept : descriptor_(descriptor), options_(options)
{}

client::client(std::uint16_t port, client_options options)
    : client(detail::connect_ipv4(port, options), options)
{}

client client::over_ipv6(std::uint16_t port, client_options options)
{
    return client(detail::connect_ipv6(port, options), options);
}

client client::over_unix_socket(std::string const& path, client_options options)
{
    return client(detail::connect_unix(path, options), options);
}

client::client(client&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), options_(other.options_),
      buffer_(std::move(other.buffer_)), body_(std::move(other.body_)), length_(other.length_),
      events_(std::move(other.events_)), left_in_chunk_(other.left_in_chunk_), is_chunked_(other.is_chunked_),
      is_complete_(other.is_complete_), has_ended_(other.has_ended_), was_reset_(other.was_reset_)
{}

client& client::operator=(client&& other) noexcept
{
    if (this != &other) {
        std::destroy_at(this);
        std::construct_at(this, std::move(other));
    }
    return *this;
}

client::~client()
{
    close();
}

time_point client::end_of_call() const noexcept
{
    return later(clock::now(), options_.limit);
}

// Throws when the call's time is over, also if there is something to do: it might never end.
void client::wait_ready(short what, time_point until) const
{
    pollfd waited{descriptor_, what, 0};
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
        auto const sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno == EAGAIN)
            wait_ready(POLLOUT, until);
        else if (errno != EINTR)
            detail::throw_client_error("send", errno);
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
    auto const got = ::recv(descriptor_, piece.data(), piece.size(), 0);
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
    left_in_chunk_ = 0;
    is_complete_ = false;
    is_chunked_ = head.header("Transfer-Encoding") == "chunked";
    length_.reset();
    if (head.has_header("Content-Length"))
        length_ = std::stoul(head.header("Content-Length"));
    return head;
}

// More of the body; false when there is no more.
bool client::fill_body(time_point until)
{
    if (is_complete_)
        return false;
    if (!is_chunked_) {
        if (length_ == std::size_t{0} || (buffer_.empty() && !fill(until))) {
            is_complete_ = !length_ || *length_ == 0;
            return false;
        }
        auto const taken = std::min(buffer_.size(), length_.value_or(buffer_.size()));
        body_ += buffer_.substr(0, taken);
        buffer_.erase(0, taken);
        if (length_)
            *length_ -= taken;
        return true;
    }
    if (left_in_chunk_ == 0) {
        while (buffer_.find("\r\n") == buffer_.npos)
            if (!fill(until))
                return false;
        left_in_chunk_ = std::stoul(read_until("\r\n", until), nullptr, 16);
        if (left_in_chunk_ == 0) {
            read_until("\r\n", until);
            is_complete_ = true;
            return false;
        }
        left_in_chunk_ += 2; // its line end
    }
    if (buffer_.empty() && !fill(until))
        return false;
    auto const taken = std::min(buffer_.size(), left_in_chunk_);
    auto const bytes_left = left_in_chunk_ > 2 ? left_in_chunk_ - 2 : 0;
    body_ += buffer_.substr(0, std::min(taken, bytes_left));
    buffer_.erase(0, taken);
    left_in_chunk_ -= taken;
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

void client::half_close()
{
    ::shutdown(descriptor_, SHUT_WR);
}

void client::close()
{
    if (int const open = std::exchange(descriptor_, -1); open >= 0)
        ::close(open);
}

void client::reset()
{
    linger const at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

void client::vanish()
{
    // A filter that lets nothing in: the kernel drops each packet before it looks at it, and so acknowledges
    // nothing and answers no probe.
    sock_filter drop_all[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    sock_fprog const program{1, drop_all};
    int domain = AF_UNSPEC;
    socklen_t size = sizeof domain;
    ::getsockopt(descriptor_, SOL_SOCKET, SO_DOMAIN, &domain, &size);
    if (domain == AF_UNIX ||
        ::setsockopt(descriptor_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0)
        throw std::runtime_error("testing::client: a client on this kind of socket cannot vanish");
}

} // namespace tidings::testing
