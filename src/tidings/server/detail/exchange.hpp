// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/server/detail/address_counts.hpp>
#include <tidings/server/detail/loop_state.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/stream/handler.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/loop_timer.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <memory>

namespace tidings::detail {

class connection;

/// One request and its answer: the context, the stream, and the handler that runs between them.
///
/// The handler's context ends once. From then on the handler has the grace period: half of it to come back by
/// itself, then it gets terminal cancellation, and at the end of it it loses its connection.
class exchange final : loop_timer
{
public:
    exchange(loop_state& home, connection& over, context_scope root, request asked);
    ~exchange();
    exchange(exchange const&) = delete;
    exchange& operator=(exchange const&) = delete;

    /// Runs the handler; the last thing it does, because the handler may be over before this returns. `owner`
    /// keeps the connection, and with it this object, alive until then.
    void start(std::shared_ptr<connection> owner);

    /// Ends the handler's context.
    void end(end_reason why);

    event_stream& out() noexcept { return out_; }
    request const& asked() const noexcept { return asked_; }
    bool is_stream() const noexcept { return is_stream_; }

    /// Whether the coroutine that answers has not ended; it is what needs this object longest.
    bool is_answering() const noexcept { return is_answering_; }

    /// Whether nothing but a handed-over stream is left.
    bool is_attached() const noexcept { return out_.get_state() == event_stream::state::attached; }

private:
    boost::asio::awaitable<void> run(std::shared_ptr<connection> owner, stream_handler const& handler);
    boost::asio::awaitable<void> answer();
    boost::asio::awaitable<void> answer_failure(std::exception_ptr failure);
    boost::asio::awaitable<void> send_response(response answer);

    stream_handler const* find_handler();
    void open_stream();
    void on_time() override;
    void signal_handler();
    void abandon_handler();

    loop_state& home_;
    connection& over_;
    request asked_;
    context_scope root_;
    event_stream out_;
    boost::asio::cancellation_signal backstop_;
    address_counts::place place_;
    bool is_running_ = false;   // the handler, and its tasks
    bool is_answering_ = false; // and what follows it
    bool is_stream_ = false;
    bool is_abandoned_ = false;
    bool is_signalled_ = false;
    bool may_reuse_ = false;
};

} // namespace tidings::detail
