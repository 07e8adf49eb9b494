// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <type_traits>

namespace tidings {

/// One event, as the caller sees it: views into text that the caller owns, read only while a call lasts.
///
///     out.send({.id = "7", .type = "price", .data = fmt::format("{}", price)});
///
/// A member that is left out has no line on the wire; a member with an empty, non-null view has a line with
/// an empty value, and the two mean different things to a client (WHATWG HTML, 9.2.6):
///
/// | member  | left out                                        | empty (`""`)                             |
/// |---------|-------------------------------------------------|------------------------------------------|
/// | `id`    | the client keeps the id that it has             | the client forgets its id                |
/// | `type`  | listeners of "message" get it                   | the same                                 |
/// | `data`  | the client dispatches nothing, but learns of    | the client dispatches an event whose     |
/// |         | `id` and `retry`                                | data is the empty string                 |
///
/// So an event with a `type` and no `data` reaches no listener: send `.data = ""` with it. A server logs a
/// warning about a handler that has sent one.
///
/// Members are views, so that a temporary of this type inside a `co_await` expression is safe on every
/// compiler (g++ 12 destroys owning aggregates twice there). What must outlive a call, or go
/// to another thread, is an `event_text`.
struct event
{
    using is_borrowing = void; ///< it is refused where it would outlive a call

    /// What the client sends back as Last-Event-ID. Control characters cannot be sent: CR, LF and NUL are no
    /// part of an id, and a request with one of the others in a header is refused.
    std::string_view id{};
    /// The name that a client listens for. CR and LF cannot be sent.
    std::string_view type{};
    /// Any text; LF, CR and CRLF each reach the client as LF.
    std::string_view data{};
    /// How long the client shall wait before it reconnects; not negative.
    std::optional<std::chrono::milliseconds> retry{};
};

static_assert(std::is_trivially_copyable_v<event>, "an owning event would break co_await on g++ 12");

} // namespace tidings
