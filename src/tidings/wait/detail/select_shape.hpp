// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/wait_context.hpp>

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace tidings::detail {

template <typename... Cases>
class select_result
{
public:
    explicit operator bool() const noexcept { return index() >= 0; }

    /// The place of the winner among the sources, from 0; below 0 when none won.
    int index() const noexcept { return static_cast<int>(items_.index()) - 1; }

    /// Of a channel: a pointer to the received value, which lives as long as this result; null when another
    /// source won. Of any other source: whether it won.
    template <typename Source>
    auto from(Source const& source) noexcept
    {
        static_assert((std::is_same_v<typename Source::wait_case, Cases> || ...),
                      "from: a source of this type is not in the select");
        bool const won = key_ == source.wait_key();
        if constexpr (std::is_void_v<typename Source::received>)
            return won;
        else
            return won ? find<typename Source::received>() : nullptr;
    }

    /// Whether the value of a `sending(channel, value)` went out.
    template <typename Channel>
    bool sent(Channel const& channel) const noexcept
    {
        constexpr std::array is_send{false, (requires { typename Cases::offer; })...};
        return key_ == channel.wait_key() && is_send[items_.index()];
    }

private:
    template <fairness, typename...>
    friend struct select_shape;

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
    void const* key_ = nullptr;                                   // the winner's source
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
        made.key_ = winner.key();
    }
};

} // namespace tidings::detail
