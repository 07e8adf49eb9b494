// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/check_origin.hpp>
#include <tidings/middleware/detail/require_origins.hpp>

#include <algorithm>
#include <utility>

namespace tidings {

namespace {

// Somebody has followed a link, or typed one into a page of another site: the answer is shown in a window of
// its own, where that site's page cannot see it.
bool opens_window(request const& asked)
{
    return (asked.method() == "GET" || asked.method() == "HEAD") &&
           asked.header("Sec-Fetch-Mode") == "navigate" && asked.header("Sec-Fetch-Dest") == "document";
}

bool is_foreign(request const& asked, std::vector<std::string> const& allowed)
{
    if (asked.has_header("Origin"))
        return std::ranges::find(allowed, asked.header("Origin")) == allowed.end();
    return asked.header("Sec-Fetch-Site") == "cross-site" && !opens_window(asked);
}

} // namespace

request_check check_origin(std::vector<std::string> allowed)
{
    detail::require_origins(allowed);
    return [allowed = std::move(allowed)](request const& asked, headers&) -> std::optional<response> {
        return is_foreign(asked, allowed) ? std::optional(response::text("this origin is not allowed\n", 403))
                                          : std::nullopt;
    };
}

} // namespace tidings
