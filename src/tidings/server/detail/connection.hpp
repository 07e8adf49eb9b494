// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/encryption.hpp>
#include <tidings/server/detail/loop_state.hpp>
#include <tidings/stream/internal/transport.hpp>

#include <functional>

namespace tidings::detail {

class answer;

/// The connection of one client: its socket, from which it reads whatever comes, as long as it is wanted, and
/// notices the peer's end also when nothing more can come; and its place among the connections of its loop.
/// What is spoken on it says the class that derives from it. A plain object without a buffer of its own. It
/// lives as long as its socket is open, or a handler is at work; on one loop.
class connection : public internal::counted,
                   public connection_link,
                   protected internal::loop_timer,
                   protected internal::reactor::user
{
public:
    /// Before it starts.
    void encrypt(internal::encryption const& by, std::string already_read, bool with_http2)
    {
        socket_.secure(by, home_->io, *home_->sockets, *this, std::move(already_read), with_http2);
    }

    loop_state& home() const noexcept { return *home_; }
    std::shared_ptr<loop_state> const& shared_home() const noexcept { return home_; }
    shared_state& shared() const noexcept { return *home_->shared; }
    internal::peer_address const& peer() const noexcept { return peer_; }
    /// See `shared_state::is_of_nobody`.
    bool is_of_nobody() const noexcept { return is_of_nobody_; }
    admission how_admitted() const noexcept { return admission_; }
    bool is_turned_away() const noexcept { return admission_ != admission::served; }

    /// Another one goes on with the socket, which this gives up as if it had closed; as `close` else.
    internal::peer_socket hand_over();

    // Another one needs its place.

    /// Ends a connection that waits for a request, unless one has come that was not read yet.
    bool end_if_idle();
    /// For how long its request has been coming in.
    duration time_reading() const noexcept;
    bool is_slower_than(connection const& other) const noexcept;
    /// Ends a connection whose request is still coming in.
    virtual void end_for_room() = 0;

    // The server's buffers are full.

    /// How many bytes `end_for_buffers` would free; 0 for one that must not be ended for that.
    virtual std::size_t can_be_relieved_of() const noexcept = 0;
    virtual void end_for_buffers() = 0;

    /// Shows the event streams that are open, or wait for their handler to open them.
    virtual void visit_streams(std::function<void(answer&)> const& show) = 0;
    /// Ends the streams of this principal.
    virtual void end_streams_of(std::string_view principal) = 0;

    // The server drains.

    virtual bool is_at_work() const noexcept = 0; ///< a handler, or an open stream
    virtual std::size_t streams() const noexcept = 0;
    /// It begins: to be told to the client where the protocol has a way to.
    virtual void begin_drain() {}
    /// Ends one stream: tells the client when to come back, and the handler that the server stops. Without
    /// `retry` ends whatever is left; a connection that is between requests is closed.
    virtual void stop(std::optional<std::chrono::milliseconds> retry) = 0;
    /// Gives up the socket now; a handler that still runs goes on without it.
    virtual void close_now() = 0;

protected:
    connection(std::shared_ptr<loop_state> home, internal::peer_socket socket, internal::peer_address peer,
               admission given);
    ~connection() override;

    // What the protocol says.

    /// Whether input is wanted now. Where that becomes true again, `read` is to be called.
    virtual bool may_read() const noexcept = 0;
    virtual void on_input(std::string_view bytes) = 0;
    /// The peer has closed, or its sending half alone; once.
    virtual void on_end_of_input() = 0;
    /// The connection is broken; `is_lost`: the kernel has given up on a peer that it hears nothing of.
    virtual void on_broken(bool is_lost) = 0;
    virtual void on_writable() = 0;
    /// An encrypted connection does not come about.
    virtual void on_no_encryption() = 0;
    /// The socket has been closed.
    virtual void on_closed() = 0;

    // What it stands on.

    /// How long a peer may take to read a last answer while its own input is thrown away: a reset, which
    /// input after `close` would cause, could overtake the answer.
    static constexpr duration linger_time = std::chrono::seconds(2);
    /// The same in a drain, behind an answer to a request that has come whole. Such a client has nothing more
    /// to send, so nothing can cause the reset; many keep their side open until they need it again, and a
    /// stop would wait for each of them. What is left is for a request that crosses our FIN on its way.
    static constexpr duration linger_time_in_drain = std::chrono::milliseconds(200);

    /// Watches the socket, and reads what has come with the accept, or was read before.
    void start(std::string_view already_read);

    internal::peer_socket& socket() noexcept { return socket_; }
    internal::peer_socket const& socket() const noexcept { return socket_; }

    /// Reads what has come, but no more at once than the loop's buffer holds: others have their turn before
    /// the rest. More is read when the reactor tells, or when this is called again because more is wanted.
    void read();
    /// Whether the peer sends no more.
    bool has_input_ended() const noexcept { return has_ended_; }
    /// From now on it is told when the socket can take more.
    void watch_writing() { home_->sockets->watch_writing(socket_->descriptor(), *this); }

    /// Decides upon the head of a request that has come, see `loop_state::receive`.
    reception receive(request& head, std::optional<std::uint64_t> body_size);
    /// Says what it does from now on.
    void occupy(occupation doing) noexcept;
    occupation doing() const noexcept { return occupation_; }
    /// Counts what is held of this client's input.
    void hold(std::size_t bytes);
    std::size_t held() const noexcept { return held_; }

    /// Once. This object is let go in a later turn, since it may be what has called.
    void close(bool with_reset);

private:
    friend class loop_state;

    void on_ready(internal::socket_readiness what) override;
    bool is_counted_by_address() const noexcept;
    void give_up_place();
    void end();

    std::shared_ptr<loop_state> const home_;
    [[no_unique_address]] internal::peer_socket socket_;
    internal::peer_address peer_;
    bool may_hold_input_ : 1 = false; // bits, since each open connection has them
    bool reads_on_ : 1 = false;       // in a later turn
    bool ends_soon_ : 1 = false;      // what there is to read is the last
    bool has_hung_up_ : 1 = false;
    bool has_ended_ : 1 = false;
    bool is_kept_ : 1 = false; // by itself, while the socket is open: a reference
    bool const is_of_nobody_ : 1;
    occupation occupation_ : 2 = occupation::busy;
    admission const admission_ : 2;
    std::uint32_t began_ = 0; // what it does, in milliseconds of the loop's clock, which wraps
    std::uint32_t held_ = 0;
};

} // namespace tidings::detail
