// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/check_origin.hpp>
#include <tidings/middleware/detail/origin_list.hpp>

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

bool is_foreign(request const& asked, detail::origin_list const& allowed)
{
    if (asked.has_header("Origin"))
        return !allowed.contains(asked.header("Origin"));
    return asked.header("Sec-Fetch-Site") == "cross-site" && !opens_window(asked);
}

} // namespace

request_check check_origin(std::vector<std::string> allowed)
{
    return [allowed = detail::origin_list(std::move(allowed))](request const& asked,
                                                               headers&) -> std::optional<response> {
        if (!is_foreign(asked, allowed))
            return std::nullopt;
        return response::text("this origin is not allowed\n", 403);
    };
}

} // namespace tidings
