// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/http1_answer.hpp>
#include <tidings/server/detail/http1_requests.hpp>

namespace tidings::detail {

/// A connection that speaks HTTP/1.1 and 1.0: reads requests one after the other, and gives their answers.
/// What it does about what happens to it stands in the table of `http1_phases`.
class http1_connection : public connection
{
public:
    http1_connection(std::shared_ptr<loop_state> const& home, internal::peer_socket socket,
                     internal::peer_address peer, admission given);
    ~http1_connection() override;

    /// Begins, with bytes that somebody may have read already.
    void start(std::string_view already_read);

    void end_for_room() override;
    std::size_t can_be_relieved_of() const noexcept override;
    void end_for_buffers() override { happen(happening::full_buffers); }
    bool is_at_work() const noexcept override { return is_busy(phase_); }
    std::size_t streams() const noexcept override { return is_streaming(phase_) ? 1 : 0; }
    void visit_streams(std::function<void(detail::answer&)> const& show) override
    {
        if (is_streaming(phase_))
            show(answer_);
    }
    void end_streams_of(std::string_view principal) override;
    void stop(std::optional<std::chrono::milliseconds> retry) override;
    void close_now() override { give_up(end_reason::server_stopping, false); }

    // For its parts.

    using connection::close;
    using connection::has_input_ended;
    using connection::held;
    using connection::hold;
    using connection::read;
    using connection::receive;
    using connection::socket;
    using connection::watch_writing;

    phase at() const noexcept { return phase_; }
    bool is_closed() const noexcept { return phase_ == phase::closed; }
    void enter(phase next);
    void happen(happening what);
    http1_answer& answer() noexcept { return answer_; }
    http1_requests& requests() noexcept { return requests_; }

    /// The request that has come in is answered from now on.
    void begin_answer(phase how);
    /// What is wrong with it is all of the answer.
    void refuse(internal::parse_error error);
    /// A client that speaks TLS, which could read no answer of ours.
    void refuse_tls();
    /// The handler of an event stream begins, which ends at that age; zero: at none.
    void stream_begins(duration age);
    /// The handler has handed it over.
    void stream_is_carried();
    /// Whether another request may follow, as far as it is known before the answer's end.
    bool may_stay_open() const noexcept;
    void answer_ended(bool is_whole);
    /// One that was handed over, of which is told last.
    void stream_ended(open_request over);
    void client_gone();
    void give_up(end_reason why, bool with_reset);
    /// Whether the request is not for this server: then somebody else goes on with the socket, and with what
    /// was read from it since the request began.
    virtual bool gives_back(request const&, std::string_view, std::string_view) { return false; }

protected:
    void on_input(std::string_view bytes) override { requests_.on_input(*this, bytes); }

private:
    // connection
    bool may_read() const noexcept override { return requests_.wants_input(*this); }
    void on_end_of_input() override { happen(happening::end_of_input); }
    void on_broken(bool is_lost) override { is_lost ? client_lost() : client_gone(); }
    void on_writable() override { answer_.on_writable(); }
    void on_no_encryption() override;
    void on_closed() override;
    void on_time() override { happen(happening::time_over); }

    bool may_go_on(bool is_in_step) const noexcept;
    void linger(bool is_peer_silent);
    void client_lost();
    void refuse_for_now(std::string_view why);

    [[no_unique_address]] http1_requests
        requests_; // leaves room for the phase, which each open connection has
    phase phase_ = phase::fresh;
    http1_answer answer_{*this};
};

} // namespace tidings::detail
