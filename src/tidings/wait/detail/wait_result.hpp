// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/internal/access.hpp>
#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/wait_context.hpp>

#include <array>
#include <cassert>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace tidings::detail {

/// The case that stands for a source in a select.
template <typename Source>
using case_of = typename decltype(internal::access::wait_case(std::declval<Source&>()))::type;

/// Marks a case that comes back with nothing but its having won.
struct happened
{};

/// The shape of a wait on one source: true when it won.
struct won_shape
{
    using result = bool;
    using until = wait_context;
    static constexpr fairness order = fairness::leftmost;
    template <typename Cases>
    static result make(int how, Cases&)
    {
        return how == 0;
    }
};

/// The shape of a wait on one source: what it has taken, if it won.
template <typename Case>
struct value_shape
{
    using result = std::optional<typename Case::item>;
    using until = wait_context;
    static constexpr fairness order = fairness::leftmost;
    static result make(int how, std::tuple<Case>& cases)
    {
        return how == 0 ? result(std::get<0>(cases).take()) : std::nullopt;
    }
};

/// See `tidings::select_result`.
template <typename... Cases>
class select_result
{
public:
    explicit operator bool() const noexcept { return index() >= 0; }

    /// The place of the winner among the sources, from 0; below 0 when none won.
    int index() const noexcept { return static_cast<int>(items_.index()) - 1; }

    /// Of a source that brings a value, such as a channel: a pointer to it, which lives as long as this
    /// result; null when another source won. Of any other source: whether it won. A source that was not in
    /// the select does not compile, or, if another one of its type was, fails an assertion, at the latest
    /// when that one wins.
    template <typename Source>
    auto from(Source&& source) noexcept
    {
        using source_case = case_of<Source>;
        static_assert((std::is_same_v<source_case, Cases> || ...),
                      "from: a source of this type is not in the select");
        void const* const key = internal::access::wait_source(source);
        assert(may_have<source_case>(key) && "from: this source was not in the select");
        bool const won = is_winner(key);
        if constexpr (std::is_same_v<typename source_case::item, happened>)
            return won;
        else
            return won ? find<typename source_case::item>() : nullptr;
    }

    /// Whether the value of a `sending(channel, value)` went out.
    template <typename Channel>
    bool sent(Channel const& channel) const noexcept
    {
        constexpr std::array is_send{false, (requires { typename Cases::offer; })...};
        return is_winner(internal::access::wait_source(channel)) && is_send[items_.index()];
    }

private:
    template <fairness, typename...>
    friend struct select_shape;

    template <typename Case>
    static constexpr int count_of = (0 + ... + static_cast<int>(std::is_same_v<Case, Cases>));

    // The key of the winner; where two cases have one type, of each case. It stands in the frame of every
    // coroutine that selects.
    static constexpr std::size_t count_of_keys = ((count_of<Cases> == 1) && ...) ? 1 : sizeof...(Cases);

    bool has_key(std::size_t at, void const* key) const noexcept
    {
        return keys_[count_of_keys == 1 ? 0 : at] == key;
    }
    bool is_winner(void const* key) const noexcept { return *this && has_key(items_.index() - 1, key); }

    /// False for a source that was not in the select, as far as the keys tell.
    template <typename Case>
    bool may_have(void const* key) const noexcept
    {
        constexpr std::array is_of_type{std::is_same_v<Case, Cases>...};
        for (std::size_t at = 0; at != is_of_type.size(); ++at)
            if (is_of_type[at] && ((count_of_keys == 1 && at + 1 != items_.index()) || has_key(at, key)))
                return true;
        return !*this;
    }

    template <typename T, std::size_t I = 0>
    T* find() noexcept
    {
        if constexpr (I == sizeof...(Cases)) {
            return nullptr;
        } else {
            if constexpr (std::is_same_v<typename std::tuple_element_t<I, std::tuple<Cases...>>::item, T>)
                if (auto* const item = std::get_if<I + 1>(&items_))
                    return item;
            return find<T, I + 1>();
        }
    }

    std::variant<std::monostate, typename Cases::item...> items_; // the first: none won
    std::array<void const*, count_of_keys> keys_{};
};

template <fairness Order, typename... Cases>
struct select_shape
{
    using result = select_result<Cases...>;
    using until = wait_context;
    static constexpr fairness order = Order;

    // Once all of a try_select is inlined, g++ 12 takes the empty optional of a case that lost for one that
    // is read.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
    static result make(int how, std::tuple<Cases...>& cases)
    {
        result made;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            if constexpr (result::count_of_keys != 1)
                made.keys_ = {std::get<I>(cases).key()...};
            ((static_cast<int>(I) == how ? fill<I>(made, std::get<I>(cases)) : void()), ...);
        }(std::index_sequence_for<Cases...>());
        return made;
    }
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

private:
    template <std::size_t I, typename Case>
    static void fill(result& made, Case& winner)
    {
        made.items_.template emplace<I + 1>(winner.take());
        if constexpr (result::count_of_keys == 1)
            made.keys_ = {winner.key()};
    }
};

} // namespace tidings::detail
