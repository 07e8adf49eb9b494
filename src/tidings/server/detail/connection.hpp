// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/request_parser.hpp>
#include <tidings/http/response_head.hpp>
#include <tidings/server/detail/exchange.hpp>
#include <tidings/server/detail/loop_state.hpp>
#include <tidings/server/detail/stream_socket.hpp>
#include <tidings/stream/transport.hpp>
#include <tidings/wait/loop_timer.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tidings::detail {

/// One HTTP/1.1 connection: reads requests one after the other, lends itself as the transport to the exchange
/// that answers, and watches the peer all the while. A plain object; it lives while the kernel or a handler
/// may call it.
class connection final : public std::enable_shared_from_this<connection>, public transport, loop_timer
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

    void exchange_ended(bool may_reuse);
    /// Ends the stream when it has reached that age.
    void end_within(duration age) { set(now() + age); }
    head_params params(request const& asked) const noexcept;

    // transport
    std::string stream_head(int status, headers const& fields) override;
    framing body_framing() const noexcept override;
    write_result write(std::span<boost::asio::const_buffer const> pieces) override;
    void await_writable() override;
    void finish() override;
    void cut(cut_reason why) override;

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

    // Reading
    void watch();
    void on_readable();
    void on_input(std::string_view bytes);
    void on_end_of_input();
    void discard(std::size_t count);
    void feed(std::string_view bytes);
    void begin_exchange();
    void refuse(parse_error error);
    bool may_read() const noexcept;

    void enter(phase next);
    void on_time() override;
    void client_gone();
    void send_and_linger(std::string_view bytes);
    void linger();
    void close(bool with_reset);
    void retire_exchange();

    std::shared_ptr<loop_state> const keeps_home_;
    loop_state& home_;
    stream_socket socket_;
    std::string peer_;
    std::unique_ptr<request_parser> parser_;
    std::unique_ptr<exchange> exchange_;
    std::string inbox_; // input behind the request that is being answered
    std::size_t discarded_ = 0;
    phase phase_ = phase::closed;
    int http_minor_ = 1; // of the present request
    bool input_ended_ = false;
    bool is_watching_ = false;
    bool is_finishing_ = false;
    connection* previous_ = nullptr;
    connection* next_ = nullptr;
};

} // namespace tidings::detail
