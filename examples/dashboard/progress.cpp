// SPDX-License-Identifier: BSL-1.0
#include "progress.hpp"

#include <charconv>

namespace dashboard {

namespace {

// Takes a number off the front of the text.
std::optional<unsigned> take_number(std::string_view& text)
{
    unsigned number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc())
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool take(std::string_view& text, std::string_view prefix)
{
    bool const is_there = text.starts_with(prefix);
    if (is_there)
        text.remove_prefix(prefix.size());
    return is_there;
}

} // namespace

std::optional<progress> parse_progress(std::string_view line)
{
    if (!take(line, "["))
        return std::nullopt;
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));

    std::optional<unsigned> const done = take_number(line);
    std::optional<unsigned> total;
    if (take(line, "/"))
        total = take_number(line);
    else if (take(line, "%"))
        total = 100;

    if (!done || !total || *total == 0 || *done > *total || !line.starts_with("] "))
        return std::nullopt;
    return progress{*done, *total};
}

} // namespace dashboard
