// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/http_date.hpp>
#include <tidings/http/internal/validators.hpp>

#include <fmt/format.h>

namespace tidings::internal {

bool is_unchanged(request const& asked, headers const& fields)
{
    if (asked.method() != "GET" && asked.method() != "HEAD")
        return false;
    if (asked.has_header("If-None-Match")) {
        std::string_view tag = fields.get("ETag");
        if (tag.starts_with("W/"))
            tag.remove_prefix(2);
        bool const is_listed = asked.header_lists("If-None-Match", tag) ||
                               asked.header_lists("If-None-Match", fmt::format("W/{}", tag));
        return asked.header_lists("If-None-Match", "*") || (!tag.empty() && is_listed);
    }
    auto const known = parse_http_date(asked.header("If-Modified-Since"));
    auto const modified = parse_http_date(fields.get("Last-Modified"));
    return known && modified && *modified <= *known;
}

} // namespace tidings::internal
