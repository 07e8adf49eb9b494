// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/name_pattern.hpp>

#include <fmt/format.h>

#include <stdexcept>

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

bool is_open(std::string_view segment) noexcept
{
    return segment.size() > 2 && segment.starts_with('{') && segment.ends_with('}');
}

bool is_literal(std::string_view segment) noexcept
{
    return segment.find_first_of("{}*") == std::string_view::npos;
}

} // namespace

void check_pattern(std::string_view pattern)
{
    auto rest = pattern;
    for (bool is_last = false; !is_last;) {
        auto const segment = take_segment(rest, is_last);
        auto const inner = is_open(segment) ? segment.substr(1, segment.size() - 2) : segment;
        if (is_literal(inner) || (is_last && segment == "*"))
            continue;
        throw std::invalid_argument(
            fmt::format("tidings: the segment \"{}\" of the pattern \"{}\" means nothing: one between "
                        "slashes is plain text, {{name}} as a whole, or at the end a * alone",
                        segment, pattern));
    }
}

bool fits_pattern(std::string_view name, std::string_view pattern) noexcept
{
    for (;;) {
        if (pattern == "*")
            return !name.empty();
        bool name_ends = false;
        bool pattern_ends = false;
        auto const wanted = take_segment(pattern, pattern_ends);
        auto const given = take_segment(name, name_ends);
        if (is_open(wanted) ? given.empty() : given != wanted)
            return false;
        if (name_ends || pattern_ends)
            return name_ends && pattern_ends;
    }
}

} // namespace tidings::detail
