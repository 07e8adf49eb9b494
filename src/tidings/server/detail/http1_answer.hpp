// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/response_framing.hpp>
#include <tidings/server/detail/exchange.hpp>

namespace tidings::detail {

class http1_connection;

/// The answer that an HTTP/1.1 connection gives, one after the other: the exchange that is at work, the
/// stream that it has handed over to a topic, and how the bytes of both leave. It is a part of the
/// connection, which knows what phase it is in.
class http1_answer final : public carrier
{
public:
    explicit http1_answer(http1_connection& on);

    /// Answers a request; the last thing that the caller does, because all may be over before this returns.
    void begin(request asked, reception decided);

    /// Whether its end leaves the connection to another request.
    bool may_reuse() const noexcept { return may_reuse_; }
    bool is_stream_open() const noexcept { return out_.is_open(); }
    bool is_of(std::string_view principal) const noexcept;
    half_close on_half_close() const noexcept { return on_half_close_; }
    std::size_t unsent() const noexcept { return out_.unsent(); }

    // What happens to it

    /// The handler is told to end, or the stream that a topic feeds ends.
    void end(end_reason why);
    /// Maybe, as long as it is not said that the client is gone.
    void client_left(bool is_gone);
    /// It is not going to be whole: the connection closes.
    void abandon(end_reason why);
    void full_buffers();
    void too_much_input();
    /// Tells the client of a stream when to come back.
    void advise(std::chrono::milliseconds pause) { out_.advise(pause); }
    /// Asks the client of a stream whether it is there.
    void probe() { out_.probe(); }
    void on_writable();
    /// The connection has been closed.
    void on_closed();

    void feed_failed(std::exception_ptr failure) override;
    void cut(cut_reason why) override;
    void log_vanished_client() const;

private:
    // carrier
    internal::event_writer& out() noexcept override { return out_; }
    void stream_begins(std::size_t of_address, duration age) override;
    void request_ends(end_reason why) override { request_ends(why, {}); }
    void exchange_ended(bool is_whole) override;
    void close_now() override;

    // transport: over HTTP/1.1 a stream leaves in chunks, and over HTTP/1.0 as it is
    std::string stream_head(int status, headers const& fields) override;
    std::string plain_head(int status, headers const& fields, std::uint64_t body_size) override;
    internal::framing body_framing() const noexcept override;
    internal::write_result write(std::span<boost::asio::const_buffer const> pieces) override;
    std::size_t underway() const noexcept override;
    void await_writable() override;
    void lost() override;
    void finish() override;

    internal::head_params params() const noexcept;
    void request_ends(end_reason why, std::optional<cut_reason> cut);
    void carry_on();
    void log_cut(std::string_view why) const;
    std::string what_is_answered() const;
    void let_exchange_go();

    http1_connection& on_;
    [[no_unique_address]] internal::event_writer out_; // leaves room for the bits
    bool is_http_1_0_ : 1 = false;                     // bits, since each open connection has them
    bool may_reuse_ : 1 = false;                       // the connection, once this has had its proper end
    bool is_limited_ : 1 = false;                      // how long what was sent may stay unacknowledged
    bool is_awaited_ : 1 = false;                      // that the socket can take more
    bool is_finishing_ : 1 = false;                    // the stream ends once all is sent
    bool has_end_ : 1 = false;                         // of the request, a reason that was counted
    bool is_lost_ : 1 = false;                         // the kernel has given up on the client
    half_close on_half_close_ : 2 = half_close::probe;
    std::unique_ptr<exchange> exchange_;
    open_request carried_; // after its exchange
};

} // namespace tidings::detail
