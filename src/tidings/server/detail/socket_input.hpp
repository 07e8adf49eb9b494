// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/reactor.hpp>
#include <tidings/net/internal/stream_socket.hpp>

#include <span>
#include <string_view>
#include <utility>

namespace tidings::detail {

/// A socket and its read side: reads whatever comes, as long as it is wanted, and notices the peer's end also
/// when nothing more can come. It holds no buffer of its own. For `connection`, which says by overriding what
/// becomes of the input. On one loop.
class socket_input : public internal::reactor::user
{
protected:
    explicit socket_input(internal::stream_socket socket) noexcept : socket_(std::move(socket)) {}
    ~socket_input() = default;

    /// Takes in what the watch says.
    void note(internal::socket_readiness what) noexcept;

    /// Reads what has come, but no more at once than a buffer holds: others have their turn before the rest.
    /// More is read when the watch tells, or when this is called again because more is wanted.
    void read();
    /// Goes on, when that other turn has come.
    void read_on();

    internal::stream_socket& socket() noexcept { return socket_; }
    internal::stream_socket const& socket() const noexcept { return socket_; }

    /// Whether the peer sends no more.
    bool has_input_ended() const noexcept { return has_ended_; }

private:
    /// Whether more is wanted now. Where that becomes true again, `read` is to be called.
    virtual bool may_read() const noexcept = 0;
    /// Where to read to.
    virtual std::span<char> read_buffer() noexcept = 0;
    virtual void on_input(std::string_view bytes) = 0;
    /// The peer has closed, or its sending half alone; once.
    virtual void on_end_of_input() = 0;
    /// The connection is broken; `is_lost`: the kernel has given up on a peer that it hears nothing of.
    virtual void on_broken(bool is_lost) = 0;
    /// Has `read_on` called in a later turn of the loop.
    virtual void read_in_another_turn() = 0;

    internal::stream_socket socket_;
    bool may_hold_input_ : 1 = false; // bits, since each open connection has them
    bool reads_on_ : 1 = false;       // in a later turn
    bool ends_soon_ : 1 = false;      // what there is to read is the last
    bool has_hung_up_ : 1 = false;
    bool has_ended_ : 1 = false;
};

} // namespace tidings::detail
