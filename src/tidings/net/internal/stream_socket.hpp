// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>

#include <boost/asio/buffer.hpp>

#include <chrono>
#include <cstddef>
#include <span>
#include <utility>

namespace tidings::internal {

struct receive_result
{
    enum kind
    {
        bytes,   // some were read
        nothing, // none are there now
        end,     // the peer sends no more
        broken,  // the connection is gone
        lost,    // the kernel has given up on a peer that it hears nothing of
        refused, // no encrypted connection comes about
    };
    kind what;
    std::size_t count = 0;
    bool has_more = false; // ask again in another turn: the reactor does not tell of what is left
};

struct send_result
{
    std::size_t count = 0;
    bool is_broken = false; // the connection is gone
    bool is_lost = false;   // it is, since the kernel has given up on a peer that it hears nothing of
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

    /// Whether the kernel has given up on a peer that it hears nothing of; asking takes the error away.
    bool take_loss() const noexcept;
    /// How many bytes were sent that the peer has not acknowledged.
    std::size_t unacknowledged() const noexcept;
    /// Whether input waits that was not read.
    bool has_input() const noexcept;
    /// Has the kernel give up on a peer that acknowledges nothing of what was sent for that long; zero: after
    /// as long as it takes by itself, about a quarter of an hour.
    void limit_unacknowledged(std::chrono::milliseconds limit) const noexcept;

    void shutdown_send() const noexcept;
    void close() noexcept;
    /// Closes so that the peer sees a reset and the kernel drops what is unsent.
    void close_with_reset() noexcept;

private:
    int descriptor_ = -1;
};

/// When the kernel asks a peer that nothing is sent to whether it is there: after that silence, then each
/// interval, and when so many have gone unanswered the connection is lost. For a handler that waits before
/// anything of its answer is out; an open stream asks by its comments, which come first.
struct peer_probes
{
    std::chrono::seconds silence;
    std::chrono::seconds interval;
    int count = 3;

    /// How long a peer that has vanished may stay unnoticed.
    std::chrono::seconds worst() const noexcept { return silence + count * interval; }
};

/// The times of both are a server's; zero and below: none.
peer_probes probes_of(duration keep_alive) noexcept;

/// For how long the peer of an open stream need not acknowledge what was sent to it; zero: no limit. The
/// write timeout, unless the stream sends no comments before the probes begin: the kernel, which counts an
/// unanswered probe against the same limit, would give up on a peer for one that was lost on its way.
std::chrono::milliseconds unacknowledged_limit(duration keep_alive, duration write_timeout) noexcept;

/// Has a socket send at once what is written, and ask a peer that nothing is sent to whether it is there.
/// What a listening socket is told goes for all that it accepts.
void prepare(int descriptor, peer_probes const& probes) noexcept;

} // namespace tidings::internal
