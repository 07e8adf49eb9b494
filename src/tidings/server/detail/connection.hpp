// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/response_head.hpp>
#include <tidings/http/request.hpp>
#include <tidings/loop/internal/loop_timer.hpp>
#include <tidings/net/internal/peer_address.hpp>
#include <tidings/server/detail/address_counts.hpp>
#include <tidings/server/detail/exchange.hpp>
#include <tidings/server/detail/incoming.hpp>
#include <tidings/server/detail/loop_state.hpp>
#include <tidings/server/detail/socket_input.hpp>
#include <tidings/stream/internal/counted.hpp>
#include <tidings/stream/internal/event_writer.hpp>
#include <tidings/stream/internal/transport.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tidings::detail {

/// One HTTP/1.1 connection: reads requests one after the other, lends its writer to the exchange that
/// answers, carries a stream on that was handed over to a topic, and watches the peer all the while. A plain
/// object; it lives as long as its socket is open, or a handler is at work.
class connection final : public internal::counted,
                         public connection_link,
                         socket_input,
                         internal::loop_timer,
                         internal::transport
{
public:
    connection(std::shared_ptr<loop_state> home, internal::stream_socket socket, internal::peer_address peer,
               admission given);
    ~connection() override;

    /// Begins, with bytes that somebody may have read already.
    void start(std::string_view already_read);

    admission how_admitted() const noexcept { return admission_; }

    // The server's buffers are full.

    /// How many bytes would be free if this connection ended; 0 for one that must not be ended for that.
    std::size_t can_be_relieved_of() const noexcept;
    void end_for_buffers();

    // Another one needs its place.

    internal::peer_address const& peer() const noexcept { return peer_; }
    /// See `shared_state::is_of_nobody`.
    bool is_of_nobody() const noexcept { return is_of_nobody_; }
    /// Ends a connection that waits for a request, unless one has come that was not read yet.
    bool end_if_idle();
    /// For how long its request has been coming in.
    duration time_reading() const noexcept;
    bool is_slower_than(connection const& other) const noexcept;
    /// Ends a connection whose request is still coming in.
    void end_for_room();

    // The server drains.

    /// Whether a handler or an open stream is at work.
    bool is_busy() const noexcept { return exchange_ != nullptr || phase_ == phase::carrying; }
    bool is_streaming() const noexcept
    {
        return phase_ == phase::carrying || (exchange_ && exchange_->is_stream());
    }

    /// Ends the stream: tells the client when to come back, and the handler that the server stops. A
    /// connection that is between requests is closed.
    void stop(std::optional<std::chrono::milliseconds> retry);

    /// Gives up the socket now; a handler that still runs goes on without it.
    void close_now();

    // For the exchange.

    internal::event_writer& out() noexcept { return out_; }
    void exchange_ended(bool may_reuse);
    /// Ends the stream when it has reached that age.
    void end_within(duration age) { set(later(now(), age)); }
    internal::head_params params(request const& asked) const noexcept;

    /// With what lies behind a request that has been answered.
    void go_on(std::unique_ptr<backlog> input);

private:
    friend class loop_state;

    enum class phase : std::uint8_t
    {
        idle,      // between requests
        queued,    // between two that have come; the next is for another turn of the loop
        head,      // a request has begun, or is awaited on a new connection
        body,      // its head is complete
        answering, // the exchange is at work
        carrying,  // its handler has returned, and a topic feeds the stream
        lingering, // the last answer is out; input is discarded, so that no reset overtakes the answer
        closed,
    };

    // socket_input
    void on_ready(internal::socket_readiness what) override;
    bool may_read() const noexcept override;
    /// Whether the answer was decided upon the head, and what comes of the body is thrown away.
    bool is_body_unread() const noexcept { return exchange_ && exchange_->is_body_unread(); }
    std::span<char> read_buffer() noexcept override { return home_->scratch; }
    void on_input(std::string_view bytes) override;
    void on_end_of_input() override;
    void on_broken(bool is_lost) override { is_lost ? client_lost() : client_gone(); }
    void read_in_another_turn() override;

    // transport: over HTTP/1.1 in chunks and over HTTP/1.0 as it is
    std::string stream_head(int status, headers const& fields) override;
    internal::framing body_framing() const noexcept override
    {
        return is_http_1_0_ ? internal::framing::none : internal::framing::chunked;
    }
    internal::write_result write(std::span<boost::asio::const_buffer const> pieces) override;
    std::size_t underway() const noexcept override { return socket().unacknowledged(); }
    void await_writable() override;
    void finish() override;
    void cut(cut_reason why) override;

    /// What is written next is the answer to that request.
    void begin_answer(request const& asked) noexcept;
    void on_writable();
    /// Whether the coroutine of a handler is at work.
    bool is_answering() const noexcept { return exchange_ && exchange_->is_answering(); }
    /// The client has closed or reset the connection, or takes what it is sent no more.
    void client_gone();
    /// The kernel has given up on a client that it hears nothing of.
    void client_lost();
    /// All of the answer is out, and no handler is at work.
    void end_after_answer();
    /// Closes on a client that is to come back.
    void give_up(bool with_reset);
    void log_cut(std::string_view why) const;

    [[nodiscard]] bool open();
    bool has_request_waiting() const;
    void discard(std::size_t count);
    [[nodiscard]] std::size_t feed(std::string_view bytes);
    [[nodiscard]] std::size_t parse(std::string_view bytes);
    void keep(std::unique_ptr<backlog> input);
    void decide();
    /// Whether the answer is known, and the body not worth reading; one that is here already is skipped.
    bool is_answered_now(std::size_t bytes_at_hand) const noexcept;
    void tell_to_go_on();
    void begin_exchange(bool is_body_unread);
    std::string what_is_answered() const;
    bool may_go_on(bool may_reuse) const noexcept;
    void await_request();
    void carry_on();
    void end_carried();
    void refuse(internal::parse_error error);

    void enter(phase next);
    duration body_time() const noexcept;
    bool may_body_go_on();
    occupation occupation_in(phase next) const noexcept;
    bool is_turned_away() const noexcept { return admission_ != admission::served; }
    void hold(std::size_t bytes);
    /// Input behind the request that is being answered.
    std::string_view behind() const noexcept
    {
        return exchange_ && exchange_->behind ? exchange_->behind->rest() : std::string_view();
    }
    bool is_counted_by_address() const noexcept;
    void refuse_for_now(std::string_view why);
    void on_time() override;
    void answer_and_linger(response const& answer);
    void linger(bool is_peer_silent);
    void close(bool with_reset);
    void retire(bool with_exchange);

    std::shared_ptr<loop_state> const home_;
    internal::event_writer out_;
    phase phase_ = phase::closed;
    bool is_feeding_ = false;
    occupation occupation_ : 2 = occupation::busy; // bits, since each open connection has them
    admission const admission_ : 2;
    bool const is_of_nobody_ : 1;
    bool is_http_1_0_ : 1 = false;
    bool may_reuse_ : 1 = false;    // for another request, behind a stream that has had its proper end
    bool is_limited_ : 1 = false;   // how long what was sent may stay unacknowledged
    bool is_awaited_ : 1 = false;   // that the socket can take more
    bool is_finishing_ : 1 = false; // the stream ends once all is sent
    half_close on_half_close_ : 2 = half_close::probe; // for the request that is being answered
    internal::peer_address peer_;
    std::uint32_t began_ = 0; // the phase, in milliseconds of the loop's clock, which wraps
    std::uint32_t held_ = 0;  // bytes of input, as the loop's buffers know them
    std::uint32_t discarded_ = 0;
    std::unique_ptr<incoming> incoming_;
    std::unique_ptr<exchange> exchange_;
    address_counts::place place_;           // of a stream that is carried
    boost::intrusive_ptr<connection> self_; // while the socket is open
};

} // namespace tidings::detail
