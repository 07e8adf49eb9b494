// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <type_traits>

namespace tidings {

/// An event as the caller sees it: views of text that the caller owns. They are read only during the call.
///
///     out.send({.id = "7", .type = "price", .data = fmt::format("{}", price)});
///
/// A member that is left out gets no line on the wire; a member with an empty, non-null view gets a line with
/// an empty value. The two mean different things to a client (WHATWG HTML, 9.2.6):
///
/// | member  | left out                                        | empty (`""`)                             |
/// |---------|-------------------------------------------------|------------------------------------------|
/// | `id`    | the client keeps its last event id              | the client clears its last event id      |
/// | `type`  | listeners for "message" get the event           | the same                                 |
/// | `data`  | the client dispatches nothing, but still takes  | the client dispatches an event whose     |
/// |         | `id` and `retry`                                | data is the empty string                 |
///
/// So an event with a `type` but no `data` reaches no listener: send `.data = ""` with it. A server logs a
/// warning if a handler sends such an event.
///
/// Members are views, so that a temporary of this type inside a `co_await` expression is safe on every
/// compiler (g++ 12 destroys owning aggregates twice there). To keep an event beyond a call, or to pass it to
/// another thread, use an `event_text`.
struct event
{
    using is_borrowing = void; ///< rejected at compile time where it would outlive a call

    /// What the client sends back as Last-Event-ID. It must not contain control characters: CR, LF and NUL
    /// cannot be part of an id, and servers refuse a request that has any of the others in a header.
    std::string_view id{};
    /// The name that a client listens for. It must not contain CR or LF.
    std::string_view type{};
    /// Any text; LF, CR and CRLF all reach the client as LF.
    std::string_view data{};
    /// How long the client waits before it reconnects; must not be negative.
    std::optional<std::chrono::milliseconds> retry{};
};

static_assert(std::is_trivially_copyable_v<event>, "an owning event would break co_await on g++ 12");

} // namespace tidings
