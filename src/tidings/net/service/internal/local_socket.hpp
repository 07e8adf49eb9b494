// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/stream_socket.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::internal {

/// Messages between two processes over a unix socket that keeps their borders (SOCK_SEQPACKET), with the
/// descriptors that go along. None of these functions waits unless it says so, and none raises a signal.

constexpr std::size_t longest_message = 512;
constexpr std::size_t most_descriptors = 64; ///< with a message

struct message
{
    std::string text{};
    std::vector<stream_socket> sockets{};
};

struct receipt
{
    std::optional<message> received{};
    bool is_over = false; ///< the peer is gone, or sends what is none of its business
};

struct caller
{
    stream_socket socket;
    pid_t process = 0;
    bool is_same_user = false;
};

/// Where other processes call.
struct call_socket
{
    stream_socket socket{};
    std::uint64_t file = 0; ///< its number, by which the file is known
};

/// Listens at `path`, with permissions for the owner alone. A file that nobody listens on any more is
/// replaced. Throws `boost::system::system_error` that names the path.
call_socket listen_at(std::string const& path);
/// One that another process has opened.
call_socket take_call_socket(stream_socket opened, std::string const& path) noexcept;
/// Unless another file has its place.
void remove_file(std::string const& path, std::uint64_t file) noexcept;

/// Nothing where nobody listens: there is no file, or it was left behind. Throws as `listen_at`.
std::optional<caller> call(std::string const& path);
/// Nothing when there is none.
std::optional<caller> accept_call(int listening) noexcept;

/// False when the peer is gone, or does not read.
bool send_message(int to, std::string_view text, std::span<int const> descriptors = {}) noexcept;
receipt receive_message(int from);
/// Waits. False when nothing has come within the limit.
bool wait_for_message(int from, std::chrono::milliseconds limit) noexcept;

/// Sends one datagram to a unix socket, whose name begins with '@' where it has no file. An errno, or 0.
int send_datagram(std::string_view to, std::string_view text) noexcept;

} // namespace tidings::internal
