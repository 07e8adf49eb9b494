// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace tidings::internal {

/// How this library gets at what a public class keeps from its users.
struct access
{
    /// What a handle such as `context` or `topic` refers to.
    template <typename Handle>
    static auto& state(Handle const& of) noexcept
    {
        return *of.state_;
    }

    /// The pointer itself, to share what it refers to.
    template <typename Handle>
    static auto const& handle(Handle const& of) noexcept
    {
        return of.state_;
    }

    /// What an object such as `event_stream` is to this library.
    template <typename Public>
    static auto& core(Public& of) noexcept
    {
        return static_cast<typename Public::core&>(of);
    }

    template <typename Public>
    static auto& core(Public const& of) noexcept
    {
        return static_cast<typename Public::core const&>(of);
    }

    /// One of those that only this library makes.
    template <typename T, typename... Arguments>
    static T make(Arguments&&... arguments)
    {
        return T(static_cast<Arguments&&>(arguments)...);
    }
};

} // namespace tidings::internal
