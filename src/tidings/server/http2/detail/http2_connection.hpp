// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop_call.hpp>
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/http2/detail/http2_session.hpp>
#include <tidings/server/http2/detail/http2_streams.hpp>
#include <tidings/stream/internal/outbox.hpp>

namespace tidings::detail {

/// A connection that speaks HTTP/2: one session of frames, many streams. What its streams write in one turn
/// of the loop leaves in one write at the turn's end.
class http2_connection final : public connection, session_user, internal::loop_call
{
public:
    http2_connection(std::shared_ptr<loop_state> const& home, internal::peer_socket socket,
                     internal::peer_address peer, admission given, std::size_t max_streams);
    ~http2_connection() override;

    /// Begins, with the bytes that have been read.
    void start(std::string_view already_read);

    void end_for_room() override;
    std::size_t can_be_relieved_of() const noexcept override;
    void end_for_buffers() override;
    void visit_streams(std::function<void(answer&)> const& show) override;
    void end_streams_of(std::string_view principal) override;
    bool is_at_work() const noexcept override { return streams_.is_at_work(); }
    std::size_t streams() const noexcept override { return streams_.open_streams(); }
    void begin_drain() override;
    void stop(std::optional<std::chrono::milliseconds> retry) override;
    void close_now() override;

    // For its streams

    using connection::receive;
    /// What it is asked to say leaves at the end of the turn.
    http2_session& frames();
    time_point time() const noexcept override { return now(); }
    /// How many bytes of this stream's body may be written now, see `http2_session::window`.
    std::size_t window(std::int32_t stream, std::size_t unread) const noexcept;
    /// Takes what the session has now, to be sent at the end of the turn.
    void collect();
    void note(http2_stream& told) { streams_.note(told); }
    void await_room(http2_stream& waiting) { streams_.await_room(waiting); }
    /// A stream may be over.
    void note_end();
    /// Has `on_time` of a stream called then.
    void wake_at(time_point when);
    /// A stream holds so much of the client's input, and has held so much. A connection that has closed has
    /// given all of it back.
    void change_held(std::size_t before, std::size_t after)
    {
        if (socket()->is_open())
            hold(held() - before + after);
    }
    /// An event stream begins.
    void stream_begins();

private:
    // connection
    bool may_read() const noexcept override;
    void on_input(std::string_view bytes) override;
    void on_end_of_input() override { is_lingering_ ? close(false) : on_broken(false); }
    void on_broken(bool is_lost) override;
    void on_writable() override;
    void on_no_encryption() override { close(false); }
    void on_closed() override;
    void on_time() override;

    // session_user
    session_stream* begin_stream(std::int32_t id) override;
    void ping_answered() override;

    // loop_call
    void on_turn() override;
    void on_dropped() noexcept override { intrusive_ptr_release(this); }

    void request_turn();
    void send();
    void note_what_it_does();
    void check_silence();
    void go_away();
    void end_with_complaint();
    void linger();

    http2_session session_;
    internal::outbox unsent_;
    http2_streams streams_;
    std::size_t const max_streams_;
    time_point wakes_at_ = time_point::max();
    time_point idle_since_;
    time_point heard_at_;
    time_point pinged_at_{};  // since when an answer is waited for; none otherwise
    bool is_blocked_ = false; // the socket takes no more
    bool is_going_ = false;   // no request is taken any more that crosses our word of that
    bool is_lingering_ = false;
};

} // namespace tidings::detail
