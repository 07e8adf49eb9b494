// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

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

    // What fills a `request`: what is given is valid already.

    static void add_header(auto& to, auto const& name, auto const& value) { to.add_header(name, value); }
    static void add_param(auto& to, auto const& name, auto const& value) { to.add_param(name, value); }
    static void set_body(auto& of, auto body) noexcept { of.set_body(static_cast<decltype(body)&&>(body)); }
    static void set_remote_address(auto& of, auto const& address) { of.set_remote_address(address); }

    // The headers of a `response` that others have set.

    static void complete(auto& answer, auto const& others) { answer.complete_with(others); }
    static void set_headers_if_missing(auto& of, auto const& others) { of.headers_if_missing_ = others; }
    static auto const& headers_if_missing(auto const& of) noexcept { return of.headers_if_missing_; }

    /// The running parts of a `server`.
    static auto& engine(auto const& of) noexcept { return *of.engine_; }

    /// The topics of a `topic_list`.
    static auto const& items(auto const& of) noexcept { return of.items_; }

    /// What a wait is told of a source, such as a channel, to find it.
    template <typename Source>
    static auto wait_source(Source& of) noexcept -> decltype(of.wait_source())
    {
        return of.wait_source();
    }

    /// With what a wait stands at such a source.
    template <typename Source>
    static auto wait_case(Source const&) -> std::type_identity<typename Source::wait_case>;

    /// One of those that only this library makes.
    template <typename T, typename... Arguments>
    static T make(Arguments&&... arguments)
    {
        return T(static_cast<Arguments&&>(arguments)...);
    }
};

} // namespace tidings::internal
