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

/// Where a follower begins when its client says nothing itself: a Last-Event-ID wins over it. It borrows an
/// id only for the call that it is passed to: g++ 12 destroys owning temporaries of a `?:` inside `co_await`
/// twice.
class start_position
{
public:
    using is_borrowing = void; ///< it is refused where it would outlive a call

    enum class kind
    {
        newest, ///< only what comes from now on
        oldest, ///< all that is in the history
        last,   ///< so many of the newest events
        after,  ///< what came after an id
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

/// With what comes from now on.
constexpr start_position from_newest() noexcept
{
    return {start_position::kind::newest, 0, {}};
}

/// With all that is in the history.
constexpr start_position from_oldest() noexcept
{
    return {start_position::kind::oldest, 0, {}};
}

/// With so many of the newest events.
constexpr start_position from_last(std::size_t count) noexcept
{
    return {start_position::kind::last, count, {}};
}

/// After the event with this id: what `topic::position` gave when a page was rendered. No temporary string.
constexpr start_position from_id(std::string_view id) noexcept
{
    return {start_position::kind::after, 0, id};
}
template <typename Temporary>
    requires std::is_same_v<std::remove_const_t<Temporary>, std::string>
start_position from_id(Temporary&& id) = delete;

/// Says which events of a topic a follower gets; an empty one lets all pass. `key` is that of `publish(key,
/// event)`, and empty without one: it is not sent, and read without a copy. Comments and retry times are for
/// all, and the filter is not asked about them. Called on the follower's loop, once for each event; what it
/// throws ends the follower's stream as an error of its handler would (of a `subscription` see `receive`), so
/// it had better not throw.
using event_filter = std::function<bool(event_text const& event, std::string_view key)>;

/// Why `follow` came back.
enum class follow_end : std::uint8_t
{
    closed,        ///< the topic is closed, and everything in it has been handed to the connection
    context_ended, ///< the context ended; the stream is the handler's again, for a farewell
    stream_ended,  ///< the client left, or was cut because it fell behind the history
    disconnected,  ///< the topic sent its followers away; the stream is the handler's, its client comes back
};

namespace detail {

/// What g++ 12 destroys twice inside an expression that awaits (GCC 107288): a closure that owns something
/// and has no name.
template <typename Filter>
concept owning_closure =
    !std::is_lvalue_reference_v<Filter> && !std::is_trivially_destructible_v<std::remove_cvref_t<Filter>> &&
    !std::same_as<std::remove_cvref_t<Filter>, event_filter>;

} // namespace detail

} // namespace tidings
