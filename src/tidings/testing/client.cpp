// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/client.hpp>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <stdexcept>
#include <utility>

namespace tidings::testing {

namespace {

[[noreturn]] void fail(std::string const& what, int error)
{
    throw std::runtime_error(
        fmt::format("tidings: the client cannot {}: {}", what, std::generic_category().message(error)));
}

template <typename Address>
int open_socket(Address const& address, socklen_t size, client_options const& options)
{
    auto const* const generic = reinterpret_cast<sockaddr const*>(&address);
    int const descriptor = ::socket(generic->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        fail("open a socket", errno);
    if (options.receive_buffer > 0)
        ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof(int));
    if (::connect(descriptor, generic, size) != 0) {
        int const error = errno;
        ::close(descriptor);
        fail("connect", error);
    }
    return descriptor;
}

int connect_ipv4(std::uint16_t port, client_options const& options)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return open_socket(address, sizeof address, options);
}

} // namespace

client::client(int descriptor, client_options options) noexcept : descriptor_(descriptor), options_(options)
{}

client::client(std::uint16_t port, client_options options) : client(connect_ipv4(port, options), options) {}

client client::over_ipv6(std::uint16_t port, client_options options)
{
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = in6addr_loopback;
    return client(open_socket(address, sizeof address, options), options);
}

client client::over_unix_socket(std::string const& path, client_options options)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        fail("connect to " + path, ENAMETOOLONG);
    std::ranges::copy(path, address.sun_path);
    return client(open_socket(address, sizeof address, options), options);
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

// Sending

void client::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        auto const sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            fail("send", errno);
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
}

void client::get(std::string_view target, std::string_view header_lines)
{
    send(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", target, header_lines));
}

// Reading

void client::wait_readable() const
{
    pollfd waited{descriptor_, POLLIN, 0};
    auto const limit = std::chrono::ceil<std::chrono::milliseconds>(options_.limit).count();
    int ready = 0;
    do
        ready = ::poll(&waited, 1, static_cast<int>(limit));
    while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        throw std::runtime_error(
            fmt::format("tidings: nothing came within {} ms; before that: \"{}\"", limit, buffer_));
}

// False at the end of the stream.
bool client::fill()
{
    if (has_ended_)
        return false;
    wait_readable();
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
    auto at = buffer_.find(mark);
    for (; at == buffer_.npos; at = buffer_.find(mark))
        if (!fill())
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
bool client::fill_body()
{
    if (is_complete_)
        return false;
    if (!is_chunked_) {
        if (length_ == std::size_t{0} || (buffer_.empty() && !fill())) {
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
            if (!fill())
                return false;
        left_in_chunk_ = std::stoul(read_until("\r\n"), nullptr, 16);
        if (left_in_chunk_ == 0) {
            read_until("\r\n");
            is_complete_ = true;
            return false;
        }
        left_in_chunk_ += 2; // its line end
    }
    if (buffer_.empty() && !fill())
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
    while (fill_body()) {
    }
    return std::exchange(body_, {});
}

std::optional<received_event> client::next_event()
{
    for (;;) {
        std::string_view bytes = body_;
        auto event = events_.next(bytes);
        body_.erase(0, body_.size() - bytes.size());
        if (event || !fill_body())
            return event;
    }
}

std::string client::read_to_end()
{
    while (fill()) {
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

} // namespace tidings::testing
