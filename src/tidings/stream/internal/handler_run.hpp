// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/loop/internal/loop_timer.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/stream/handler.hpp>
#include <tidings/stream/internal/transport.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <optional>

namespace tidings::internal {

/// One request and its handler: the context, the stream, and the rules for how it ends. What is done about
/// each outcome the server says by overriding. On one loop.
///
/// The handler's context ends once, by `end` or by a task that fails. From then on the handler has the grace
/// period: half of it to come back by itself, then it gets terminal cancellation, and at the end of it it is
/// abandoned. What it spawned is joined before the request and the stream die.
class handler_run : internal::loop_timer
{
public:
    handler_run(handler_run const&) = delete;
    handler_run& operator=(handler_run const&) = delete;

    /// Ends the handler's context.
    void end(end_reason why);

    stream_core& out() noexcept { return access::core(out_); }
    request const& asked() const noexcept { return asked_; }
    context get_context() const noexcept { return root_; }

    /// Whether the handler, or a task of it, has not returned.
    bool is_running() const noexcept { return is_running_; }

    /// Whether the coroutine that answers has not ended; it is what needs this object longest.
    bool is_answering() const noexcept { return is_answering_; }

    /// Whether the stream has been handed over.
    bool is_attached() const noexcept
    {
        return access::core(out_).get_state() == stream_core::state::attached;
    }

protected:
    /// `out` outlives the run. Grace of zero and below: no limit.
    handler_run(context_scope root, event_writer& out, duration grace, request asked);
    ~handler_run();

    /// Runs the handler, which outlives the run; the last thing that the caller does, because all may be over
    /// before this returns. `owner` keeps this object alive until then.
    void start(boost::intrusive_ptr<counted> owner, stream_handler const& handler);

private:
    // What becomes of the handler.

    /// It returned, and its tasks too, or an exception left them.
    virtual void handler_returned() {}
    /// Sends a plain response, or leaves in `answer` what it sends in its place; true when all of it has
    /// left.
    virtual boost::asio::awaitable<bool> send_response(response& answer) = 0;
    /// It returned without sending anything: an empty stream goes out.
    virtual void handler_sent_nothing() = 0;
    /// It sent an event with a type and no data, which clients drop in silence.
    virtual void handler_sent_type_alone() {}
    virtual void handler_failed(std::exception_ptr failure) = 0;
    /// What an open stream says before it is cut for that exception, if anything.
    virtual std::optional<event_text> last_words(std::exception_ptr failure) = 0;
    /// It has not returned within the grace period: called once. The peer is to be let go.
    virtual void handler_abandoned() = 0;
    /// All is over; may destroy this object. `is_whole`: all of the answer has left, to its proper end.
    virtual void ended(bool is_whole) = 0;

    class at_end;

    boost::asio::awaitable<void> run(stream_handler const& handler);
    boost::asio::awaitable<void> join_all();
    boost::asio::awaitable<void> answer(std::exception_ptr failure);
    boost::asio::awaitable<void> cut_after(std::exception_ptr failure);
    void begin_grace();
    void on_time() override;

    duration grace_;
    request asked_;
    context_scope root_;
    event_stream out_;
    boost::asio::cancellation_signal backstop_;
    bool is_running_ = false;
    bool is_answering_ = false;
    bool has_grace_begun_ = false;
    bool is_signalled_ = false;
    bool is_abandoned_ = false;
    bool is_whole_ = false;
};

} // namespace tidings::internal
