// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tidings {

/// An event as a client's listener receives it. A value type that owns its text.
class received_event
{
public:
    received_event(std::string id, std::string type, std::string data)
        : id_(std::move(id)), type_(std::move(type)), data_(std::move(data))
    {}

    /// The last event id at the time of dispatch: the event's own id, or that of an earlier event.
    [[nodiscard]] std::string const& id() const noexcept { return id_; }
    /// "message" if the stream did not name a type.
    [[nodiscard]] std::string const& type() const noexcept { return type_; }
    [[nodiscard]] std::string const& data() const noexcept { return data_; }

    bool operator==(received_event const&) const = default;

private:
    std::string id_;
    std::string type_;
    std::string data_;
};

/// Parses an event stream as a browser does (WHATWG HTML, 9.2.6), from bytes that may be split anywhere.
///
///     event_parser parser;
///     while (auto n = read_some(buffer)) {
///         std::string_view bytes(buffer, n);
///         while (auto event = parser.next(bytes))
///             handle(*event);
///     }
///
/// Bytes that are not UTF-8 become U+FFFD. An event that is incomplete when the stream ends is never
/// dispatched. Nothing is queued: `next` stops after each event. Not thread-safe.
class event_parser
{
public:
    static constexpr std::size_t default_max_event_size = std::size_t{1024} * 1024;

    /// `max_event_size`: how many bytes the parser may hold for one event, including incomplete lines.
    explicit event_parser(std::size_t max_event_size = default_max_event_size);

    /// Consumes bytes from the front of `bytes` until an event is complete, and returns it; empty once all
    /// bytes are consumed. After an event has exceeded the limit, it consumes all further bytes and returns
    /// nothing until `restart` is called.
    [[nodiscard]] std::optional<received_event> next(std::string_view& bytes);

    /// True if an event exceeded the limit. The stream is then of no further use: close it.
    [[nodiscard]] bool is_over_limit() const noexcept { return over_limit_; }

    /// What to send as Last-Event-ID when reconnecting: the id as of the last blank line.
    [[nodiscard]] std::string const& last_event_id() const noexcept { return last_event_id_; }

    /// The last valid `retry` value. One that is too large, or not all decimal digits, is ignored.
    [[nodiscard]] std::optional<std::chrono::milliseconds> retry() const noexcept { return retry_; }

    /// Prepares for a new connection: drops incomplete input, and keeps the last event id and the retry time.
    void restart();

    /// Calls `action` from within `next` with the text of each comment line, without the colon and one space
    /// after it. The view is valid during that call. Clients ignore comments; tests and monitoring may want
    /// to see keep-alives.
    void on_comment(std::function<void(std::string_view)> action) { on_comment_ = std::move(action); }

private:
    std::optional<received_event> take_line(std::string_view line);
    std::optional<received_event> dispatch();
    void take_field(std::string_view name, std::string_view value);
    bool has_room_for(std::string_view bytes) const noexcept;

    std::size_t max_event_size_;
    std::function<void(std::string_view)> on_comment_;
    std::string line_; // an incomplete line
    std::string id_;   // the standard's buffers, named as there
    std::string type_;
    std::string data_;
    std::string last_event_id_;
    std::optional<std::chrono::milliseconds> retry_;
    bool first_line_ = true;
    bool skip_lf_ = false; // the last line ended with CR; an LF right after it belongs to that line end
    bool over_limit_ = false;
};

} // namespace tidings
