// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <functional>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace boost::asio {
class const_buffer;
class mutable_buffer;
} // namespace boost::asio

namespace tidings::detail {

/// Whether a copy of a `T` may refer to what its maker owns: what outlives a call must not hold such a copy.
/// One answer for all that is copied into tasks, into calls on other threads, and into channels.
///
/// It is given for views and spans, also those that do not say that they are, for characters by pointer,
/// `std::reference_wrapper`, and what holds such values: containers, optionals, pairs, tuples and variants. A
/// type of which it is true for another reason says so by a member, as `event` does:
///
///     using is_borrowing = void;
///
/// Other pointers are not looked through: what they point to may well live longer, as a handler's stream does
/// for its tasks.
template <typename T>
constexpr bool may_dangle = false;

template <typename T>
constexpr bool is_character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                              std::same_as<T, char16_t> || std::same_as<T, char32_t>;

/// A range whose copy is a copy of a few pointers. An array is none: it is an aggregate.
template <typename T>
concept view_like = std::ranges::view<T> || (std::ranges::range<T> && std::is_trivially_copyable_v<T> &&
                                             !std::is_aggregate_v<T> && !std::is_array_v<T>);

template <typename T>
    requires(std::is_reference_v<T> ||
             (std::is_pointer_v<T> && is_character<std::remove_cv_t<std::remove_pointer_t<T>>>))
constexpr bool may_dangle<T> = true;

template <typename T>
constexpr bool holds_what_may_dangle = false;
template <typename T>
    requires requires { typename T::value_type; } && (!std::same_as<typename T::value_type, T>)
constexpr bool holds_what_may_dangle<T> = may_dangle<typename T::value_type>;

template <typename T>
    requires(std::is_class_v<T>)
constexpr bool may_dangle<T> =
    view_like<T> || requires { typename T::is_borrowing; } || holds_what_may_dangle<T>;

template <typename T>
constexpr bool may_dangle<std::reference_wrapper<T>> = true;
template <>
inline constexpr bool may_dangle<boost::asio::const_buffer> = true;
template <>
inline constexpr bool may_dangle<boost::asio::mutable_buffer> = true;
template <typename... T>
constexpr bool may_dangle<std::tuple<T...>> = (may_dangle<T> || ...);
template <typename A, typename B>
constexpr bool may_dangle<std::pair<A, B>> = may_dangle<A> || may_dangle<B>;
template <typename... T>
constexpr bool may_dangle<std::variant<T...>> = (may_dangle<T> || ...);

/// What may be called later: a function, or an object without a state. A closure may have captured by
/// reference, and nobody can see it from outside; what it has captured is an argument instead.
template <typename Function>
concept owns_what_it_uses =
    std::is_empty_v<Function> || std::is_pointer_v<Function> || std::is_member_pointer_v<Function>;

} // namespace tidings::detail
