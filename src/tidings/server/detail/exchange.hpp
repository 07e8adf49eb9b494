// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/server/detail/address_counts.hpp>
#include <tidings/server/detail/incoming.hpp>
#include <tidings/server/detail/loop_state.hpp>
#include <tidings/stream/handler.hpp>
#include <tidings/stream/internal/counted.hpp>
#include <tidings/stream/internal/handler_run.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace tidings::detail {

class connection;

/// One request of a connection and its answer: runs the handler, counts, and logs what goes wrong.
class exchange final : public internal::handler_run
{
public:
    /// `is_body_unread`: the answer was decided upon the head, and the body is thrown away.
    exchange(loop_state& home, connection& over, context_scope root, request asked, bool is_body_unread);

    /// Runs the handler; the last thing it does, because the handler may be over before this returns. `owner`
    /// keeps the connection, and with it this object, alive until then.
    void start(boost::intrusive_ptr<internal::counted> owner, reception decided);

    bool is_body_unread() const noexcept { return is_body_unread_; }

    /// The client is gone, or has sent a FIN, which one that is gone sends and one that has half-closed: ends
    /// the context, and counts it once. Once the answer is under way a FIN does not count: it may still be
    /// taken.
    void client_left(bool is_gone);

    bool is_stream() const noexcept { return is_stream_; }
    /// In the counts of open streams; for a connection that carries the stream on.
    address_counts::place take_place() noexcept { return std::move(place_); }

    /// Input behind the request; null: none.
    std::unique_ptr<backlog> behind;

private:
    boost::asio::awaitable<bool> send_response(response& answer) override;
    void handler_returned() override;
    void handler_sent_nothing() override;
    void handler_sent_type_alone() override;
    void handler_failed(std::exception_ptr failure) override;
    std::optional<event_text> last_words(std::exception_ptr failure) override;
    void handler_abandoned() override;
    void ended(bool may_reuse) override;

    stream_handler const* find_handler(reception decided);
    stream_handler const* answer_with(response answer);
    void open_stream(std::string_view account);

    loop_state& home_;
    connection& over_;
    address_counts::place place_;
    bool is_stream_ = false;
    bool is_body_unread_;
    bool is_left_ = false;
};

} // namespace tidings::detail
