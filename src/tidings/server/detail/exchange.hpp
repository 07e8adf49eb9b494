// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/loop_state.hpp>
#include <tidings/server/detail/open_request.hpp>
#include <tidings/stream/internal/handler_run.hpp>

namespace tidings::detail {

/// What has brought a request and takes its answer away: a connection that speaks HTTP/1.1; of another
/// protocol one stream of many on a connection. This, and the transport that it is, is all that an exchange
/// knows of how it is carried.
class carrier : public internal::transport
{
public:
    virtual internal::event_writer& out() noexcept = 0;

    /// An event stream begins, before its handler does: the `of_address`-th of its client's address, 0 where
    /// that stands for many clients. It ends at that age; zero: at none.
    virtual void stream_begins(std::size_t of_address, duration age) = 0;

    /// Why the request will have ended: the first reason stays, and is counted.
    virtual void request_ends(end_reason why) = 0;

    /// The exchange is over, and may be destroyed now; a stream that was handed over goes on without it.
    /// `is_whole`: all of the answer has left, to its proper end.
    virtual void exchange_ended(bool is_whole) = 0;

    /// The sender may have no more of the answer: it ends properly.
    virtual void rights_end() = 0;

    /// Lets the peer go at once; a handler that still runs goes on without it.
    virtual void close_now() = 0;

protected:
    ~carrier() = default;
};

/// One request and its answer, whatever brings the one and takes the other away: runs the handler, counts,
/// and logs what goes wrong.
class exchange final : public internal::handler_run
{
public:
    exchange(loop_state& home, carrier& over, request asked);
    ~exchange() { note_answer(); }

    /// Runs the handler; the last thing it does, because the handler may be over before this returns. `owner`
    /// keeps the carrier, and with it this object, alive until then.
    void start(boost::intrusive_ptr<internal::counted> owner, reception decided);

    /// The client is gone, or has sent a FIN, which one that is gone sends and one that has half-closed: ends
    /// the context. Once the answer is under way a FIN does not count as the end: it may still be taken.
    void client_left(bool is_gone);

    /// Ends the answer when the rights of the request end, if they do.
    void watch_rights();

    /// Also for a carrier that goes on with the stream, to be moved.
    open_request& open() noexcept { return open_; }

private:
    boost::asio::awaitable<bool> send_response(response& answer) override;
    void handler_returned() override;
    void handler_sent_nothing() override;
    void handler_sent_type_alone() override;
    void handler_failed(std::exception_ptr failure) override;
    std::optional<event_text> last_words(std::exception_ptr failure) override;
    void handler_abandoned() override;
    void ended(bool is_whole) override;

    stream_handler const* find_handler(reception decided);
    stream_handler const* answer_with(response answer);
    void open_stream(std::string_view account);
    void note_answer();
    void log_handler(log_kind kind, log_level level, std::string_view what) const;

    loop_state& home_;
    carrier& over_;
    open_request open_;
};

} // namespace tidings::detail
