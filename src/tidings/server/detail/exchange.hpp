// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/server/detail/carrier.hpp>
#include <tidings/server/detail/loop_state.hpp>
#include <tidings/server/detail/open_request.hpp>
#include <tidings/server/detail/receive.hpp>
#include <tidings/stream/handler.hpp>
#include <tidings/stream/internal/counted.hpp>
#include <tidings/stream/internal/handler_run.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace tidings::detail {

/// One request and its answer, whatever brings the one and takes the other away: runs the handler, counts,
/// and logs what goes wrong.
class exchange : public internal::handler_run
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
