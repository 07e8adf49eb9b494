// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
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

constexpr start_position from_newest() noexcept
{
    return {start_position::kind::newest, 0, {}};
}

constexpr start_position from_oldest() noexcept
{
    return {start_position::kind::oldest, 0, {}};
}

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

} // namespace tidings
