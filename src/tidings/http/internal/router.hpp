// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/route_pattern.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::internal {

enum class route_outcome : std::uint8_t
{
    found,
    not_found,
    method_not_allowed, // the path has routes, for other methods: 405 with the Allow list
    options,            // OPTIONS, and no route of its own for it: 204 with the Allow list
};

/// Where a request goes.
struct route_match
{
    route_outcome outcome = route_outcome::not_found;
    std::size_t index = 0; ///< of the route that was found, in the order of adding
    route_params params{}; ///< names of its pattern with what stood in the path, decoded
    std::string allow{};   ///< the value of the header Allow, for `method_not_allowed` and `options`
};

/// Leads methods and paths to routes:
///
///     routes.add("GET", "/builds/{id}/events");
///
/// Paths are cut at '/' before they are decoded, so that "%2F" stays within a segment. Nothing else is done
/// to them: "//" has an empty segment, "." and ".." are segments like others, and letters keep their case, so
/// "/a//b" and "/a/../b" lead to no route of "/a/b" or "/b". Of several patterns that match a path and a
/// method the more exact one wins: the one with literal text in the first segment in which they differ. A
/// final '/' counts: "/a" and "/a/" are two paths.
///
/// HEAD goes where GET does, unless it has a route of its own; OPTIONS without a route of its own is answered
/// from the routes, for "*" from all of them. Reading is safe from several threads once all routes are added.
class router
{
public:
    /// Throws `std::invalid_argument`, whose text shows the pattern, if the method or the pattern is
    /// malformed or the same method has an equivalent pattern already ("/a/{x}" and "/a/{y}" are equivalent).
    void add(std::string_view method, std::string_view pattern);

    /// `path` is what `split_path` makes of `request::path()`.
    [[nodiscard]] route_match find(std::string_view method, path_segments const& path) const;

private:
    struct route
    {
        route_pattern pattern;
        std::string method;
        std::size_t index;
    };

    route const* find_route(std::string_view method, path_segments const& path) const noexcept;

    std::vector<route> routes_; // sorted: of two that match a path, the more exact one comes first
};

} // namespace tidings::internal
