// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/check_origin.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace tidings {

namespace {

// Somebody has followed a link, or typed one into a page of another site: the answer is shown in a window of
// its own, where that site's page cannot see it.
bool opens_window(request const& asked)
{
    return (asked.method() == "GET" || asked.method() == "HEAD") &&
           asked.header("Sec-Fetch-Mode") == "navigate" && asked.header("Sec-Fetch-Dest") == "document";
}

// Browsers say so where nobody can read along. Elsewhere the scheme is not compared: a proxy may encrypt.
bool is_own_page(request const& asked)
{
    if (asked.has_header("Sec-Fetch-Site"))
        return asked.header("Sec-Fetch-Site") == "same-origin";
    auto const origin = asked.header("Origin");
    auto const scheme_end = origin.find("://");
    return scheme_end != std::string_view::npos && origin.substr(scheme_end + 3) == asked.header("Host");
}

bool is_foreign(request const& asked, std::vector<std::string> const& others)
{
    if (asked.has_header("Origin"))
        return !is_own_page(asked) && std::ranges::find(others, asked.header("Origin")) == others.end();
    return asked.header("Sec-Fetch-Site") == "cross-site" && !opens_window(asked);
}

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

void detail::require_origins(std::vector<std::string> const& origins)
{
    for (auto const& each : origins)
        if (!is_origin(each))
            throw std::invalid_argument(
                fmt::format("tidings: \"{}\" is not an origin as browsers send it; write it like "
                            "\"https://app.example\" or \"http://localhost:3000\": scheme, host, port if it "
                            "is not the usual one, in lower case and without a slash at the end",
                            each));
}

request_check check_origin(std::vector<std::string> others)
{
    detail::require_origins(others);
    return [others = std::move(others)](request const& asked, headers&) -> std::optional<response> {
        return is_foreign(asked, others) ? std::optional(response::text("this origin is not allowed\n", 403))
                                         : std::nullopt;
    };
}

} // namespace tidings
