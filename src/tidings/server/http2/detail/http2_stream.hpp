// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/answer.hpp>
#include <tidings/server/http2/detail/http2_session.hpp>
#include <tidings/server/http2/detail/incoming_request.hpp>

#include <limits>

namespace tidings::detail {

class http2_connection;

/// One request of many on an HTTP/2 connection, and its answer. What the session tells it is noted, and acted
/// upon in `proceed`. The connection owns it, until it is over.
class http2_stream final : public answer, public session_stream
{
public:
    http2_stream(http2_connection& on, std::int32_t id);

    /// Acts upon what the session has told it.
    void proceed();

    /// Nothing is left to be done: neither has the stream a side that is open, nor runs its handler.
    bool is_over() const noexcept { return is_closed_ && !is_at_work(); }
    /// Whether a handler runs, or a topic feeds it.
    bool is_at_work() const noexcept { return running() || is_carried(); }
    bool is_open_stream() const noexcept { return is_stream_ && is_at_work() && !is_closed_; }
    bool is_stopped() const noexcept { return is_stopped_; }
    /// How many bytes would be free if `end_for_buffers` ended it.
    std::size_t can_be_relieved_of() const noexcept { return unsent() + (incoming_ ? held_ : 0); }

    // What happens to it

    /// There is room for what waits.
    bool can_go_on() const noexcept;
    void on_writable();
    /// Its time is over: that of the request to come in, of a stream's age, of an end that does not leave.
    time_point due() const noexcept { return due_; }
    void on_time();
    /// The server drains.
    void stop(std::optional<std::chrono::milliseconds> retry);
    void end_of(std::string_view principal);
    void end_for_buffers();
    /// Refuses a request that is still coming in.
    void refuse_for_now(std::string_view why);
    /// The connection has closed, or the client has reset the stream.
    void on_closed();
    /// Gives the client up; a handler that still runs goes on without it.
    void give_up(end_reason why, bool with_reset) override;

private:
    // session_stream
    void add_field(std::string_view name, std::string_view value) override;
    void add_trailer(std::string_view name, std::string_view value) override;
    void end_head(bool is_all) override;
    void add_body(std::string_view bytes) override;
    void end_request() override;
    bool sends_last(std::size_t count) override;
    void window_grown(std::size_t by) override;
    void closed() override;

    // answer, carrier
    void stream_begins(std::size_t of_address, duration age) override;
    void exchange_ended(bool is_whole) override;
    void close_now() override { give_up(end_reason::server_stopping, false); }

    // transport
    std::string stream_head(int status, headers const& fields) override;
    std::string plain_head(int status, headers const& fields, std::uint64_t body_size) override;
    internal::framing body_framing() const noexcept override { return internal::framing::none; }
    internal::write_result write(std::span<boost::asio::const_buffer const> pieces) override;
    void await_writable() override;
    void lost() override { reset(http2_error::cancel); }
    void finish() override;

    http2_connection& on() const noexcept;
    void send_head(response_lines const& head, bool has_body);
    void decide();
    void begin();
    void refuse(internal::parse_error why);
    void send_alone(response given);
    void end_body();
    void reset(http2_error why);
    void hold(std::size_t bytes);
    void set_due(duration from_now);

    std::int32_t const id_;
    std::uint32_t held_ = 0;   // of the request's body
    std::uint32_t unread_ = 0; // of the answer's, sent and not read by the client, as far as it lets us know
    bool is_head_request_ : 1 = false;
    bool is_closed_ : 1 = false;
    bool is_stopped_ : 1 = false;
    bool is_ending_ : 1 = false;                 // the body ends behind what has left
    std::unique_ptr<incoming_request> incoming_; // until its answer begins
    time_point due_ = time_point::max();
    std::uint64_t body_left_ = std::numeric_limits<std::uint64_t>::max(); // of one whose length was told
};

} // namespace tidings::detail
