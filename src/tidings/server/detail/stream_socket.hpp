// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>

namespace tidings::detail {

/// A connected TCP or unix socket on a loop.
using stream_socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                       boost::asio::io_context::executor_type>;

// The system calls of a connection, none of which waits or raises a signal.

struct receive_result
{
    enum kind
    {
        bytes,   // some were read
        nothing, // none are there now
        end,     // the peer sends no more
        broken,  // the connection is gone
    };
    kind what;
    std::size_t count = 0;
};

receive_result receive(stream_socket& from, std::span<char> into) noexcept;

struct send_result
{
    std::size_t count = 0;
    bool is_broken = false;
};

/// One gathered write.
send_result send(stream_socket& to, std::span<boost::asio::const_buffer const> pieces) noexcept;

/// Sends at once what is written, and gives up on a peer that acknowledges nothing for that long.
void prepare(stream_socket& socket, std::chrono::milliseconds unacknowledged_limit) noexcept;

/// Closes so that the peer sees a reset and the kernel drops what is unsent.
void close_with_reset(stream_socket& socket) noexcept;

/// The peer's address without its port; empty for a unix socket or one that is gone.
std::string peer_address(stream_socket const& socket);

} // namespace tidings::detail
