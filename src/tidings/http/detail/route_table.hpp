// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/detail/route_pattern.hpp>
#include <tidings/http/internal/route_outcome.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tidings {

namespace detail {

/// Where a request goes: what `router` finds, but for the route's value, which is known here by its index.
struct route_lookup
{
    internal::route_outcome outcome = internal::route_outcome::not_found;
    std::size_t index = 0; // of the route, in the order of adding
    route_params params{};
    std::string allow{};
};

/// The routes of a router, without what they lead to.
class route_table
{
public:
    /// Throws `std::invalid_argument` for a method or pattern that is malformed or was added before.
    void add(std::string_view method, std::string_view pattern);

    [[nodiscard]] route_lookup find(std::string_view method, std::string_view path) const;

private:
    struct route
    {
        route_pattern pattern;
        std::string method;
        std::size_t index;
    };

    route const* find_route(std::string_view method, std::vector<std::string> const& segments) const noexcept;

    std::vector<route> routes_; // sorted: of two that match a path, the more exact one comes first
};

} // namespace detail
} // namespace tidings
