// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/buffer.hpp>

#include <chrono>
#include <cstddef>
#include <span>
#include <utility>

namespace tidings::detail {

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

struct send_result
{
    std::size_t count = 0;
    bool is_broken = false;
};

/// A connected TCP or unix socket: its descriptor, and the system calls of a connection, none of which waits
/// or raises a signal.
class stream_socket
{
public:
    stream_socket() = default;
    /// Takes over a descriptor, which does not block.
    explicit stream_socket(int descriptor) noexcept : descriptor_(descriptor) {}
    stream_socket(stream_socket&& other) noexcept : descriptor_(other.release()) {}
    stream_socket& operator=(stream_socket&& other) noexcept
    {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~stream_socket() { close(); }

    bool is_open() const noexcept { return descriptor_ >= 0; }
    int descriptor() const noexcept { return descriptor_; }
    int release() noexcept { return std::exchange(descriptor_, -1); }

    receive_result receive(std::span<char> into) const noexcept;
    /// One gathered write.
    send_result send(std::span<boost::asio::const_buffer const> pieces) const noexcept;

    void shutdown_send() const noexcept;
    void close() noexcept;
    /// Closes so that the peer sees a reset and the kernel drops what is unsent.
    void close_with_reset() noexcept;

private:
    int descriptor_ = -1;
};

/// Has a socket send at once what is written, and give up on a peer that acknowledges nothing for that long.
/// What a listening socket is told goes for all that it accepts.
void prepare(int descriptor, std::chrono::milliseconds unacknowledged_limit) noexcept;

} // namespace tidings::detail
