// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/sse/event_text.hpp>

#include <concepts>
#include <functional>
#include <type_traits>

namespace tidings {

/// Says which events of a topic a follower gets; an empty one lets all pass. Comments and retry times are for
/// all, and it is not asked about them. Called on the follower's loop, once for each event; what it throws
/// ends the follower's stream as an error of its handler would (of a `subscription` see `receive`), so it had
/// better not throw.
using event_filter = std::function<bool(event_text const&)>;

namespace detail {

/// What g++ 12 destroys twice inside an expression that awaits (GCC 107288): a closure that owns something
/// and has no name.
template <typename Filter>
concept owning_closure =
    !std::is_lvalue_reference_v<Filter> && !std::is_trivially_destructible_v<std::remove_cvref_t<Filter>> &&
    !std::same_as<std::remove_cvref_t<Filter>, event_filter>;

} // namespace detail

} // namespace tidings
