// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/request_parser.hpp>
#include <tidings/http/response_head.hpp>
#include <tidings/server/detail/exchange.hpp>
#include <tidings/server/detail/loop_state.hpp>
#include <tidings/server/detail/socket_input.hpp>
#include <tidings/server/detail/socket_transport.hpp>
#include <tidings/wait/loop_timer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tidings::detail {

/// One HTTP/1.1 connection: reads requests one after the other, lends its transport to the exchange that
/// answers, and watches the peer all the while. A plain object; it lives while the kernel or a handler may
/// call it.
class connection final : public std::enable_shared_from_this<connection>, socket_input, loop_timer
{
public:
    connection(std::shared_ptr<loop_state> home, stream_socket socket);
    ~connection();

    /// Begins, with bytes that somebody may have read already.
    void start(std::string_view already_read);

    /// Answers 503 and closes: the server is full.
    void turn_away();

    // The server drains.

    /// Whether a handler or an open stream is at work.
    bool is_busy() const noexcept { return exchange_ != nullptr; }
    bool is_streaming() const noexcept { return exchange_ && exchange_->is_stream(); }

    /// Ends the stream: tells the client when to come back, and the handler that the server stops. A
    /// connection that is between requests is closed.
    void stop(std::optional<std::chrono::milliseconds> retry);

    /// Gives up the socket now; a handler that still runs goes on without it.
    void close_now();

    // For the exchange.

    transport& out() noexcept { return transport_; }
    void exchange_ended(bool may_reuse);
    /// Ends the stream when it has reached that age.
    void end_within(duration age) { set(now() + age); }
    head_params params(request const& asked) const noexcept;

    // For the transport.

    using socket_input::socket;
    exchange* current() const noexcept { return exchange_.get(); }
    bool is_closed() const noexcept { return phase_ == phase::closed; }
    loop_state& home() const noexcept { return home_; }
    std::string const& peer() const noexcept { return peer_; }

    void client_gone();
    /// All of the answer is out, and no handler is at work.
    void end_after_answer();
    /// Closes on a client that is to come back.
    void give_up(bool with_reset);

private:
    friend class loop_state;

    enum class phase
    {
        idle,      // between requests
        head,      // a request has begun, or is awaited on a new connection
        body,      // its head is complete
        answering, // the exchange is at work
        lingering, // the last answer is out; input is discarded, so that no reset overtakes the answer
        closed,
    };

    // socket_input
    bool may_read() const noexcept override;
    std::span<char> read_buffer() noexcept override { return home_.scratch; }
    void on_input(std::string_view bytes) override;
    void on_end_of_input() override;
    void on_broken() override { client_gone(); }
    std::shared_ptr<socket_input> keep_alive() override { return {shared_from_this(), this}; }

    void discard(std::size_t count);
    void feed(std::string_view bytes);
    void begin_exchange();
    void refuse(parse_error error);

    void enter(phase next);
    void on_time() override;
    void answer_and_linger(int status, headers fields, std::string_view text);
    void linger(bool is_peer_silent);
    void close(bool with_reset);
    void retire_exchange();

    std::shared_ptr<loop_state> const keeps_home_;
    loop_state& home_;
    std::string peer_;
    socket_transport transport_{*this};
    std::unique_ptr<request_parser> parser_;
    std::unique_ptr<exchange> exchange_;
    std::string inbox_; // input behind the request that is being answered
    std::size_t discarded_ = 0;
    phase phase_ = phase::closed;
    connection* previous_ = nullptr;
    connection* next_ = nullptr;
};

} // namespace tidings::detail
