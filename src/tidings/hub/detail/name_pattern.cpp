// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/name_pattern.hpp>

namespace tidings::detail {

namespace {

std::string_view take_segment(std::string_view& text, bool& is_last) noexcept
{
    auto const slash = text.find('/');
    is_last = slash == std::string_view::npos;
    auto const segment = text.substr(0, slash);
    text.remove_prefix(is_last ? text.size() : slash + 1);
    return segment;
}

} // namespace

bool fits_pattern(std::string_view name, std::string_view pattern) noexcept
{
    for (;;) {
        if (pattern == "*")
            return !name.empty();
        bool name_ends = false;
        bool pattern_ends = false;
        auto const wanted = take_segment(pattern, pattern_ends);
        auto const given = take_segment(name, name_ends);
        bool const is_open = wanted.starts_with('{') && wanted.ends_with('}');
        if (is_open ? given.empty() : given != wanted)
            return false;
        if (name_ends || pattern_ends)
            return name_ends && pattern_ends;
    }
}

} // namespace tidings::detail
