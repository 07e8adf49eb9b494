// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/wait_context.hpp>

#include <optional>
#include <tuple>

namespace tidings::detail {

/// Marks a case that comes back with nothing but its having won.
struct happened
{};

/// Of a wait on one source: true when it won.
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

/// Of a wait on one source: what it has taken, if it won.
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

} // namespace tidings::detail
