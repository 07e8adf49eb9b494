// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/headers.hpp>
#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/stream/internal/event_writer.hpp>
#include <tidings/stream/internal/writer.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/internal/progress.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tidings {

/// What a handler writes to: one client's event stream. The connection owns it, and it outlives the handler
/// and the tasks spawned under the handler's context. Used on its own loop only; a call from another thread
/// throws `std::logic_error`.
///
/// The status and the headers are open until the head goes out: with the first event, at `open`, or after one
/// keep-alive interval of silence. From then on a change of them throws `std::logic_error`.
///
/// What is sent is encoded before the call returns, so arguments may be temporaries. The awaited result is
/// true when the kernel has taken the bytes, and false when the client is gone; no context is asked, so a
/// farewell still goes out after a deadline or while the server stops. Events leave in the order of the
/// calls. An event whose result is not awaited leaves with the next one that is.
class event_stream final : internal::writer::idle_hook
{
public:
    using sending = internal::progress::wait_type;

    /// For connections. `out` and `asked` outlive the stream.
    event_stream(context ctx, internal::event_writer& out, request const& asked);

    // The head

    /// Throws `std::logic_error` once the head is out, `std::invalid_argument` for a status that is none, or
    /// whose answer has no body (204, 205, 304).
    void set_status(int status);
    /// Sets a header in place of any of that name. Throws as `set_status`, and for text that is no header.
    void set_header(std::string name, std::string value);
    void add_header(std::string name, std::string value);
    bool is_head_sent() const noexcept { return state_ != state::fresh; }
    /// Of the stream, or of the plain response in its place.
    int status() const noexcept { return status_; }

    /// Sends the head now, without waiting for an event.
    [[nodiscard]] sending open();

    /// Answers with a status and a line of text instead of a stream: `co_await out.reject(404, "no such
    /// build"); co_return;`. Throws `std::logic_error` once the head is out.
    [[nodiscard]] sending reject(int status, std::string text)
    {
        return respond(response::text(std::move(text), status));
    }

    /// Answers with a plain response instead of a stream; the headers set here complete its own. Throws as
    /// `reject`.
    [[nodiscard]] sending respond(response answer);

    // Events

    /// Throws `std::invalid_argument` for what cannot be sent (see `event_text`), and then has written
    /// nothing; `std::logic_error` after `reject`, `finish` or an attach.
    [[nodiscard]] sending send(event const& value);
    [[nodiscard]] sending send(event_text const& text);

    /// Several events in one gathered write.
    template <typename Events>
    [[nodiscard]] sending send_all(Events const& events)
    {
        for (auto const& each : events)
            append(each);
        return out_.written();
    }

    /// A comment, which clients ignore.
    [[nodiscard]] sending comment(std::string_view text);

    /// Tells the client how long to wait before it reconnects. Throws when negative.
    [[nodiscard]] sending retry(std::chrono::milliseconds pause) { return send(event{.retry = pause}); }

    /// Sends a last event and ends the stream for good: the client's reconnect, which carries this event's
    /// id, is answered with 204, and an EventSource then stops. `;finished` is added to the id, which is how
    /// a server, also a restarted one, knows such a reconnect.
    [[nodiscard]] sending finish(event const& last);

    /// Whether an id is one that `finish` sent.
    static bool is_finished_id(std::string_view id) noexcept
    {
        return internal::event_writer::is_finished_id(id);
    }

    // The client

    /// Where the client left off, from the header Last-Event-ID or the query; see `request::last_event_id`.
    std::optional<std::string> last_event_id() const { return asked_.last_event_id(); }

    // For the layers above.

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
    internal::event_writer& out() const noexcept { return out_; }
    context const& get_context() const noexcept { return ctx_; }
    /// Keeps an answer that was decided upon before the handler's turn, for a handler that gives it.
    void decide(response answer) { given_ = std::make_unique<given_answer>(std::move(answer)); }
    /// Of a stream that has `responded`, or what was decided.
    response take_response();
    /// Whether that is a file: whether it can be sent is not known before.
    bool is_file() const noexcept { return given_ && given_->what.file_path(); }
    /// Has `told` called when a given answer was sent, and `status` is what was sent in its place.
    void when_over(std::function<void()> told);
    void note_sent(int status) noexcept { status_ = static_cast<short>(status); }
    void be_over() const;
    /// The route's own handler begins: the headers so far are the middleware's.
    void handler_begins();
    /// Answers in place of a handler that failed before the head: with 500 and what the middleware had set
    /// (without CORS, say, a page may not even see the status), and nothing of the handler's own.
    void respond_to_failure();
    /// Whether an event with a type and no data was sent, which clients drop.
    bool has_sent_type_alone() const noexcept { return has_sent_type_alone_; }
    headers& fields() noexcept { return headers_ ? *headers_ : *(headers_ = std::make_unique<headers>()); }

    /// From now on a comment goes out when nothing else has for the keep-alive interval.
    void start_keep_alive() { out_.keep_alive(*this); }
    /// Throws as `send` does where nothing can be sent any more; `what` names the call.
    void require_open(char const* what) const;
    /// Opens the stream and hands it over to `more`, which is asked for frames from now on, and goes on when
    /// this object is gone.
    void attach(internal::feed& more);
    /// Gives it back to the handler.
    void detach() noexcept { state_ = state::streaming; }

private:
    struct given_answer
    {
        response what;
        std::function<void()> when_over{};
    };

    void check_thread() const;
    sending sent();
    void check_fresh(char const* what) const;
    void begin();
    headers const& middleware_headers() const noexcept;
    void take_place(response answer);
    void append(event const& value);
    void append(event_text const& text);
    void on_idle() override;

    context ctx_;
    internal::event_writer& out_;
    request const& asked_;
    state state_ = state::fresh;
    bool has_handler_begun_ = false;
    bool has_sent_type_alone_ = false;
    short status_ = 200;
    std::unique_ptr<headers> headers_;
    std::unique_ptr<headers> middleware_headers_; // until the head is out
    std::unique_ptr<given_answer> given_;
};

} // namespace tidings
