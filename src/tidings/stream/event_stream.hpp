// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/headers.hpp>
#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/stream/internal/stream_core.hpp>

#include <chrono>
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
class event_stream final : internal::stream_core
{
public:
    using sending = internal::progress::wait_type;

    // The head

    /// Throws `std::logic_error` once the head is out, `std::invalid_argument` for a status that is none, or
    /// whose answer has no body (204, 205, 304).
    void set_status(int status) { core::set_status(status); }
    /// Sets a header in place of any of that name. Throws as `set_status`, and for text that is no header.
    void set_header(std::string name, std::string value)
    {
        open_fields("set_header").set(std::move(name), std::move(value));
    }
    void add_header(std::string name, std::string value)
    {
        open_fields("add_header").add(std::move(name), std::move(value));
    }
    using stream_core::is_head_sent;
    /// Of the stream, or of the plain response in its place.
    using stream_core::status;

    /// Sends the head now, without waiting for an event.
    [[nodiscard]] sending open()
    {
        require_open("open");
        begin();
        return sent();
    }

    /// Answers with a status and a line of text instead of a stream: `co_await out.reject(404, "no such
    /// build"); co_return;`. Throws `std::logic_error` once the head is out.
    [[nodiscard]] sending reject(int status, std::string text)
    {
        return respond(response::text(std::move(text), status));
    }

    /// Answers with a plain response instead of a stream; the headers set here complete its own. Throws as
    /// `reject`.
    [[nodiscard]] sending respond(response answer)
    {
        give(std::move(answer));
        return sent();
    }

    // Events

    /// Throws `std::invalid_argument` for what cannot be sent (see `event_text`), and then has written
    /// nothing; `std::logic_error` after `reject`, `finish` or an attach.
    [[nodiscard]] sending send(event const& value)
    {
        append(value);
        return sent();
    }
    [[nodiscard]] sending send(event_text const& text)
    {
        append(text);
        return sent();
    }

    /// Several events in one gathered write.
    template <typename Events>
    [[nodiscard]] sending send_all(Events const& events)
    {
        for (auto const& each : events)
            append(each);
        return sent();
    }

    /// A comment, which clients ignore.
    [[nodiscard]] sending comment(std::string_view text)
    {
        append_comment(text);
        return sent();
    }

    /// Tells the client how long to wait before it reconnects. Throws when negative.
    [[nodiscard]] sending retry(std::chrono::milliseconds pause) { return send(event{.retry = pause}); }

    /// Sends a last event and ends the stream for good: the client's reconnect, which carries this event's
    /// id, is answered with 204, and an EventSource then stops. `;finished` is added to the id, which is how
    /// a server, also a restarted one, knows such a reconnect.
    [[nodiscard]] sending finish(event const& last)
    {
        append_finish(last);
        return sent();
    }

    /// Whether an id is one that `finish` sent.
    static bool is_finished_id(std::string_view id) noexcept
    {
        return internal::event_writer::is_finished_id(id);
    }

    // The client

    /// Where the client left off, from the header Last-Event-ID or the query; see `request::last_event_id`.
    std::optional<std::string> last_event_id() const { return asked().last_event_id(); }

private:
    friend internal::access;
    using core = internal::stream_core;
    using stream_core::stream_core;
};

} // namespace tidings
