// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/headers.hpp>
#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/stream/internal/event_writer.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/internal/progress.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace tidings::internal {

/// What an `event_stream` is to connections, topics and middleware: what became of the handler's answer, and
/// the headers that others set. See there for threads and lifetimes.
class stream_core : event_writer::idle_hook
{
public:
    using sending = progress::wait_type;

    /// `out` and `asked` outlive the stream.
    stream_core(context ctx, event_writer& out, request const& asked);

    stream_core(stream_core const&) = delete;
    stream_core& operator=(stream_core const&) = delete;

    /// What became of the handler's answer.
    enum class state : std::uint8_t
    {
        fresh,     ///< nothing has been sent
        streaming, ///< the head is out
        responded, ///< a plain response takes the place of the stream
        finished,  ///< the last event is out
        attached,  ///< handed over to a feed
    };
    state get_state() const noexcept { return state_; }
    bool is_head_sent() const noexcept { return state_ != state::fresh; }
    int status() const noexcept { return status_; }
    request const& asked() const noexcept { return asked_; }
    event_writer& out() const noexcept { return out_; }
    context const& get_context() const noexcept { return ctx_; }
    /// Keeps an answer that was decided upon before the handler's turn, for a handler that gives it.
    void decide(response answer) { given_ = std::make_unique<response>(std::move(answer)); }
    /// Of a stream that has `responded`, or what was decided.
    response take_response();
    void note_status(int status) noexcept { status_ = static_cast<short>(status); }
    /// The route's own handler begins: the headers so far are the middleware's.
    void handler_begins();
    /// Answers in place of a handler that failed before the head: with 500 and what the middleware had set
    /// (without CORS, say, a page may not even see the status), and nothing of the handler's own.
    void respond_to_failure();
    /// Whether an event with a type and no data was sent, which clients drop.
    bool has_sent_type_alone() const noexcept { return has_sent_type_alone_; }
    headers& fields() noexcept { return headers_ ? *headers_ : *(headers_ = std::make_unique<headers>()); }

    /// Its client may have the body in one of these content codings, which live until the head is out. What
    /// comes later replaces what came before.
    void compress(content_codings const& in) noexcept { codings_ = &in; }
    /// From now on a comment goes out when nothing else has for the keep-alive interval.
    void start_keep_alive() { out_.keep_alive(*this); }
    /// Throws as `send` does where nothing can be sent any more; `what` names the call.
    void require_open(char const* what) const;
    /// Opens the stream and hands it over to `more`, which is asked for frames from now on, and goes on when
    /// this object is gone.
    void attach(feed& more);
    /// Gives it back to the handler.
    void detach() noexcept { state_ = state::streaming; }

protected:
    ~stream_core() = default;

    /// Throws as `require_open`, and once the head is out.
    void check_fresh(char const* what) const;
    void set_status(int status);
    headers& open_fields(char const* what)
    {
        check_fresh(what);
        return fields();
    }
    sending sent();
    void begin();
    /// A plain answer takes the place of the stream.
    void give(response answer);
    void append(event const& value);
    void append(event_text const& text);
    void append_comment(std::string_view text);
    void append_finish(event const& last);

private:
    void check_thread() const;
    headers const& middleware_headers() const noexcept;
    std::shared_ptr<content_coding const> choose_coding();
    void take_place(response answer);
    void on_idle() override;

    context ctx_;
    event_writer& out_;
    request const& asked_;
    state state_ = state::fresh;
    bool has_handler_begun_ = false;
    bool has_sent_type_alone_ = false;
    short status_ = 200;
    content_codings const* codings_ = nullptr;
    std::unique_ptr<headers> headers_;
    std::unique_ptr<headers> middleware_headers_; // until the head is out
    std::unique_ptr<response> given_;
};

} // namespace tidings::internal
