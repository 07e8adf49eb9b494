// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/detail/route_pattern.hpp>

#include <string_view>

namespace tidings::internal {

/// Tells which paths lie below another, by the rules of `router`: "/builds" stands for "/builds", "/builds/"
/// and "/builds/7", also where a client writes "/%62uilds", but not for "/buildserver". A '/' at its end says
/// nothing; "/" stands for all, "*" of OPTIONS included. It may have `{name}` segments.
class path_prefix
{
public:
    /// Throws `std::invalid_argument`, whose text shows the prefix, if it is malformed.
    explicit path_prefix(std::string_view text) : pattern_(text) {}

    /// `path` is percent-encoded, as `request::path()` is.
    [[nodiscard]] bool contains(std::string_view path) const
    {
        return pattern_.begins(detail::split_path(path));
    }

private:
    detail::route_pattern pattern_;
};

} // namespace tidings::internal
