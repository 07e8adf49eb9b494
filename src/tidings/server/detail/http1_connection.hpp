// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/response_head.hpp>
#include <tidings/http/request.hpp>
#include <tidings/server/detail/carrier.hpp>
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/exchange.hpp>
#include <tidings/server/detail/http1_phases.hpp>
#include <tidings/server/detail/incoming.hpp>
#include <tidings/server/detail/open_request.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tidings::detail {

/// A connection that speaks HTTP/1.1 and 1.0: reads requests one after the other, lends its writer to the
/// exchange that answers, and carries a stream on that was handed over to a topic. What it does about what
/// happens to it stands in the table of `http1_phases`.
class http1_connection final : public connection, public carrier
{
public:
    http1_connection(std::shared_ptr<loop_state> const& home, internal::stream_socket socket,
                     internal::peer_address peer, admission given);
    ~http1_connection() override;

    /// Begins, with bytes that somebody may have read already.
    void start(std::string_view already_read);

    void end_for_room() override;
    std::size_t can_be_relieved_of() const noexcept override;
    void end_for_buffers() override { happen(happening::full_buffers); }
    bool is_at_work() const noexcept override { return is_busy(phase_); }
    bool has_stream() const noexcept override { return is_streaming(phase_); }
    void end_stream_of(std::string_view principal) override;
    void stop(std::optional<std::chrono::milliseconds> retry) override;
    void close_now() override;

    /// With what lies behind a request that has been answered.
    void go_on(std::unique_ptr<backlog> input);

private:
    /// With input behind its request; null: none.
    struct answered_request final : exchange
    {
        using exchange::exchange;
        std::unique_ptr<backlog> behind;
    };

    // connection
    bool may_read() const noexcept override;
    void on_input(std::string_view bytes) override;
    void on_end_of_input() override { happen(happening::end_of_input); }
    void on_broken(bool is_lost) override { is_lost ? client_lost() : client_gone(); }
    void on_writable() override;
    void on_closed() override;

    // carrier
    internal::event_writer& out() noexcept override { return out_; }
    void stream_begins(std::size_t of_address, duration age) override;
    void request_ends(end_reason why) override { request_ends(why, {}); }
    void exchange_ended(bool is_whole) override;

    // transport: over HTTP/1.1 a stream leaves in chunks, and over HTTP/1.0 as it is
    std::string stream_head(int status, headers const& fields) override;
    std::string plain_head(int status, headers const& fields, std::uint64_t body_size) override;
    internal::framing body_framing() const noexcept override;
    internal::write_result write(std::span<boost::asio::const_buffer const> pieces) override;
    std::size_t underway() const noexcept override { return socket().unacknowledged(); }
    void await_writable() override;
    void lost() override;
    void finish() override;
    void cut(cut_reason why) override;

    // Requests
    std::size_t feed(std::string_view bytes);
    std::size_t parse(std::string_view bytes);
    void decide();
    bool is_answered_now(std::size_t bytes_at_hand) const noexcept;
    void begin_exchange(phase how);
    void keep(std::unique_ptr<backlog> input);
    void await_request();
    void discard(std::size_t count);
    /// Input behind the request that is being answered.
    std::string_view behind() const noexcept;
    bool has_request_waiting() const;

    // Phases
    void happen(happening what);
    void enter(phase next);
    void on_time() override { happen(happening::time_over); }

    // Answers and ends
    internal::head_params params() const noexcept;
    bool may_go_on(bool is_in_step) const noexcept;
    void request_ends(end_reason why, std::optional<cut_reason> cut);
    void carry_on();
    void end_after_answer();
    void refuse(internal::parse_error error);
    void refuse_for_now(std::string_view why);
    void linger(bool is_peer_silent);
    void client_gone();
    void client_lost();
    void give_up(end_reason why, bool with_reset);
    void log_cut(std::string_view why) const;
    std::string what_is_answered() const;
    void let_exchange_go();

    internal::event_writer out_;
    phase phase_ = phase::fresh;
    bool is_feeding_ : 1 = false; // bits, since each open connection has them
    bool is_http_1_0_ : 1 = false;
    bool may_reuse_ : 1 = false;    // for another request, behind an answer that has had its proper end
    bool is_limited_ : 1 = false;   // how long what was sent may stay unacknowledged
    bool is_awaited_ : 1 = false;   // that the socket can take more
    bool is_finishing_ : 1 = false; // the stream ends once all is sent
    bool has_end_ : 1 = false;      // of the request, a reason that was counted
    bool is_lost_ : 1 = false;      // the kernel has given up on the client
    half_close on_half_close_ : 2 = half_close::probe; // for the request that is being answered
    std::uint32_t discarded_ = 0;
    std::unique_ptr<incoming> incoming_;
    std::unique_ptr<answered_request> exchange_;
    open_request carried_; // after its exchange
};

} // namespace tidings::detail
