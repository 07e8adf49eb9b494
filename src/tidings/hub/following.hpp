// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/sse/event_text.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

namespace tidings {

/// Where a follower begins if its client sends no Last-Event-ID; a Last-Event-ID takes precedence. The id of
/// `from_id` is borrowed, and only for the call that it is passed to: g++ 12 destroys owning temporaries of a
/// `?:` inside `co_await` twice.
class start_position
{
public:
    using is_borrowing = void; ///< rejected at compile time where it would outlive a call

    enum class kind
    {
        newest, ///< only new events
        oldest, ///< the whole history first
        last,   ///< a number of the newest events first
        after,  ///< everything after an id
    };

    kind what() const noexcept { return kind_; }
    std::size_t count() const noexcept { return count_; }
    std::string_view id() const noexcept { return id_; }

private:
    friend constexpr start_position from_newest() noexcept;
    friend constexpr start_position from_oldest() noexcept;
    friend constexpr start_position from_last(std::size_t) noexcept;
    friend constexpr start_position from_id(std::string_view) noexcept;

    constexpr start_position(kind what, std::size_t count, std::string_view id) noexcept
        : kind_(what), count_(count), id_(id)
    {}

    kind kind_;
    std::size_t count_;
    std::string_view id_;
};

static_assert(std::is_trivially_copyable_v<start_position>);

/// Only new events.
constexpr start_position from_newest() noexcept
{
    return {start_position::kind::newest, 0, {}};
}

/// The whole history first, then new events.
constexpr start_position from_oldest() noexcept
{
    return {start_position::kind::oldest, 0, {}};
}

/// The newest `count` events of the history first, then new events.
constexpr start_position from_last(std::size_t count) noexcept
{
    return {start_position::kind::last, count, {}};
}

/// Everything after the event with this id, such as a page's `topic::position`. The id is borrowed.
constexpr start_position from_id(std::string_view id) noexcept
{
    return {start_position::kind::after, 0, id};
}
template <typename Temporary>
    requires std::is_same_v<std::remove_const_t<Temporary>, std::string>
start_position from_id(Temporary&& id) = delete;

/// Decides which events of a topic a follower gets; an empty filter passes all. `key` is that of
/// `publish(key, event)`, or empty; it is not sent to clients, and is not copied for the call. Comments and
/// retry times bypass the filter. Called on the follower's loop, once for each event. It should not throw: if
/// it does, the follower's stream ends as if its handler had thrown (for a `subscription` see `receive`).
using event_filter = std::function<bool(event_text const& event, std::string_view key)>;

/// Why `follow` returned.
enum class follow_end : std::uint8_t
{
    closed,        ///< the topic is closed, and all its events have been handed to the connection
    context_ended, ///< the context ended; the handler may use the stream again, for a farewell
    stream_ended,  ///< the client left, or was cut because it fell behind the history
    disconnected,  ///< `topic::disconnect` was called; the handler may use the stream, the client reconnects
};

namespace detail {

/// An unnamed closure that owns something: g++ 12 destroys it twice inside an expression that awaits (GCC
/// 107288).
template <typename Filter>
concept owning_closure =
    !std::is_lvalue_reference_v<Filter> && !std::is_trivially_destructible_v<std::remove_cvref_t<Filter>> &&
    !std::same_as<std::remove_cvref_t<Filter>, event_filter>;

} // namespace detail

} // namespace tidings
