// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/response_framing.hpp>
#include <tidings/server/detail/answer.hpp>

namespace tidings::detail {

class http1_connection;

/// The answer that an HTTP/1.1 connection gives, one after the other: how its bytes leave. It is a part of
/// the connection, which knows what phase it is in.
class http1_answer final : public answer
{
public:
    explicit http1_answer(http1_connection& on);

    /// Answers a request; the last thing that the caller does, because all may be over before this returns.
    void begin(request asked, reception decided);

    /// Whether its end leaves the connection to another request.
    bool may_reuse() const noexcept { return may_reuse_; }

    void too_much_input();
    void on_writable();

private:
    // answer, carrier
    void stream_begins(std::size_t of_address, duration age) override;
    void exchange_ended(bool is_whole) override;
    void close_now() override;
    void give_up(end_reason why, bool with_reset) override;

    // transport: over HTTP/1.1 a stream leaves in chunks, and over HTTP/1.0 as it is
    std::string stream_head(int status, headers const& fields) override;
    std::string plain_head(int status, headers const& fields, std::uint64_t body_size) override;
    internal::framing body_framing() const noexcept override;
    internal::write_result write(std::span<boost::asio::const_buffer const> pieces) override;
    std::size_t underway() const noexcept override;
    void await_writable() override;
    void lost() override;
    void finish() override;

    http1_connection& on() const noexcept;
    internal::head_params params() const noexcept;

    bool is_http_1_0_ : 1 = false; // bits, since each open connection has them
    bool may_reuse_ : 1 = false;   // the connection, once this has had its proper end
    bool is_limited_ : 1 = false;  // how long what was sent may stay unacknowledged
    bool is_awaited_ : 1 = false;  // that the socket can take more
    bool is_lost_ : 1 = false;     // the kernel has given up on the client
};

} // namespace tidings::detail
