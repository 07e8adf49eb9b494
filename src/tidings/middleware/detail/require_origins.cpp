// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/detail/require_origins.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace tidings::detail {

namespace {

// Scheme and host in lower case, no path, no user: what RFC 6454, 6.2 makes of an address.
bool is_origin(std::string_view text)
{
    auto const end_of_scheme = text.find("://");
    if (end_of_scheme == std::string_view::npos || end_of_scheme == 0)
        return false;
    auto const host = text.substr(end_of_scheme + 3);
    return !host.empty() && host.find_first_of("/?#@* ") == std::string_view::npos &&
           std::ranges::none_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || c <= ' ' || c >= 0x7f; });
}

} // namespace

void require_origins(std::vector<std::string> const& origins)
{
    for (auto const& each : origins)
        if (!is_origin(each))
            throw std::invalid_argument(fmt::format(
                "tidings: \"{}\" is no origin as browsers send it; write it like "
                "\"https://app.example\" or \"http://localhost:3000\": scheme, host, port if it is "
                "not the usual one, in lower case and without a slash at the end",
                each));
}

} // namespace tidings::detail
