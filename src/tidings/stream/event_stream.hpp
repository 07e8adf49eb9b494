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
/// and the tasks spawned under the handler's context. Use it only on its own loop; a call from another thread
/// throws `std::logic_error`.
///
/// Status and headers can be changed until the response headers are sent: with the first event, by `open`, or
/// after one keep-alive interval of silence. From then on, changing them throws `std::logic_error`.
///
/// Text is encoded before a call returns, so arguments may be temporaries. The awaited result is true once
/// the kernel has accepted the bytes, and false if the client is gone. It does not depend on a context, so a
/// farewell can still be sent after a deadline or while the server stops. Events are sent in the order of the
/// calls. An event whose result is not awaited is sent with the next one that is.
class event_stream final : internal::stream_core
{
public:
    using sending = internal::progress::wait_type;

    // Status and headers

    /// Throws `std::logic_error` once the response headers are sent, `std::invalid_argument` for an invalid
    /// status, or for one whose response has no body (204, 205, 304).
    void set_status(int status) { core::set_status(status); }
    /// Sets a header, and replaces those of that name. Throws like `set_status`, and for an invalid header.
    void set_header(std::string name, std::string value)
    {
        open_fields("set_header").set(std::move(name), std::move(value));
    }
    void add_header(std::string name, std::string value)
    {
        open_fields("add_header").add(std::move(name), std::move(value));
    }
    using stream_core::is_head_sent;
    /// The status of the stream, or of the plain response in its place.
    using stream_core::status;

    /// Sends the response headers now, without waiting for an event.
    [[nodiscard]] sending open()
    {
        require_open("open");
        begin();
        return sent();
    }

    /// Responds with a status and a line of text instead of a stream, as in
    /// `co_await out.reject(404, "no such build");`. Throws `std::logic_error` once the headers are sent.
    [[nodiscard]] sending reject(int status, std::string text)
    {
        return respond(response::text(std::move(text), status));
    }

    /// Responds with a plain response instead of a stream; headers set here complete its own. Throws like
    /// `reject`.
    [[nodiscard]] sending respond(response answer)
    {
        give(std::move(answer));
        return sent();
    }

    // Events

    /// Throws `std::invalid_argument` for an event that cannot be sent (see `event_text`), without writing
    /// anything; `std::logic_error` after `reject`, `finish` or an attach.
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

    /// Sends several events in one gathered write.
    template <typename Events>
    [[nodiscard]] sending send_all(Events const& events)
    {
        for (auto const& each : events)
            append(each);
        return sent();
    }

    /// Sends a comment, which clients ignore.
    [[nodiscard]] sending comment(std::string_view text)
    {
        append_comment(text);
        return sent();
    }

    /// Sets how long the client waits before it reconnects. Throws if negative.
    [[nodiscard]] sending retry(std::chrono::milliseconds pause) { return send(event{.retry = pause}); }

    /// Sends a last event and ends the stream for good: the client's reconnect, which carries this event's
    /// id, gets 204, and an EventSource then stops. `;finished` is appended to the id, so that any server
    /// recognizes such a reconnect, even after a restart.
    [[nodiscard]] sending finish(event const& last)
    {
        append_finish(last);
        return sent();
    }

    /// Whether an id was sent by `finish`.
    static bool is_finished_id(std::string_view id) noexcept
    {
        return internal::event_writer::is_finished_id(id);
    }

    // The client

    /// What it has asked for. Lives as long as this object.
    tidings::request const& request() const noexcept { return asked(); }
    /// Where the client left off, from the header Last-Event-ID or the query; see `request::last_event_id`.
    std::optional<std::string> last_event_id() const { return asked().last_event_id(); }

private:
    friend internal::access;
    using core = internal::stream_core;
    using stream_core::stream_core;
};

} // namespace tidings
