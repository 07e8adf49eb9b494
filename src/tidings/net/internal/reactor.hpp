// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop_call.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <sys/epoll.h>

#include <memory>

namespace tidings::internal {

/// What has become possible with a socket.
struct socket_readiness
{
    bool can_read = false;    ///< there is input, or it has ended
    bool can_write = false;   ///< there is room
    bool has_ended = false;   ///< the peer sends no more
    bool has_hung_up = false; ///< the connection is gone, in both directions
};

/// Tells the connections of one loop what has become possible with their sockets. All of them are in one
/// epoll instance, which Asio watches as a single descriptor: an idle connection costs neither a socket of
/// Asio's nor an operation that waits, and becoming ready again needs no system call.
///
/// On the loop's thread only.
class reactor final : public std::enable_shared_from_this<reactor>, internal::loop_call
{
public:
    class user
    {
    public:
        /// Told once for each change: what a connection does not read now it has to remember.
        virtual void on_ready(socket_readiness what) = 0;

    protected:
        ~user() = default;
    };

    explicit reactor(boost::asio::io_context& io);

    /// Input and the end from now on. False when the system refuses (fs.epoll.max_user_watches).
    [[nodiscard]] bool add(int descriptor, user& of);
    /// From now on also room to write, which few sockets ever lack.
    void watch_writing(int descriptor, user& of) noexcept;
    /// Instead of `add` for a socket that listens: its user is told as long as a client waits.
    [[nodiscard]] bool add_listening(int descriptor, user& of);
    /// Before the descriptor is closed. `of` is not told any more.
    void remove(int descriptor, user& of) noexcept;

    /// Waits no more, so that the loop may come to its end.
    void stop() noexcept;

private:
    bool add(int descriptor, user& of, std::uint32_t events);
    bool control(int operation, int descriptor, user& of, std::uint32_t events) noexcept;
    void wait();
    void on_turn() override;

    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> epoll_;
    std::array<epoll_event, 128> batch_;
    int next_ = 0; // of the batch; those before it have been told
    int batch_size_ = 0;
    bool is_waiting_ = false;
};

} // namespace tidings::internal
