// SPDX-License-Identifier: BSL-1.0
#include <tidings/metrics/detail/exposition.hpp>

#include <system_error>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>

namespace tidings::detail {

namespace {

std::string_view without_blanks(std::string_view text)
{
    auto const begin = std::min(text.find_first_not_of(" \t"), text.size());
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Takes the text up to the next separator off the front.
std::string_view take_item(std::string_view& from, char separator)
{
    auto const end = std::min(from.find(separator), from.size());
    auto const taken = from.substr(0, end);
    from.remove_prefix(std::min(end + 1, from.size()));
    return without_blanks(taken);
}

bool is_same(std::string_view text, std::string_view lower)
{
    return std::ranges::equal(text, lower, {},
                              [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
}

/// "text/plain;version=0.0.4;q=0.3"
struct media_range
{
    std::string_view type;
    std::string_view version;
    int weight = 1000; // in thousandths
};

// "0", "0.5", "1.000"; what is none is not wanted.
int parse_weight(std::string_view text)
{
    if (text.empty() || text.size() > 5 || (text.size() > 1 && text[1] != '.'))
        return 0;
    std::string digits(text.substr(0, 1));
    digits += text.substr(std::min<std::size_t>(2, text.size()));
    digits.resize(4, '0');
    int value = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    bool const is_number = error == std::errc() && end == digits.data() + digits.size();
    return is_number && value <= 1000 ? value : 0;
}

media_range parse_range(std::string_view item)
{
    media_range range{.type = take_item(item, ';'), .version = {}};
    while (!item.empty()) {
        auto value = take_item(item, ';');
        auto const name = take_item(value, '=');
        if (is_same(name, "version"))
            range.version = value;
        if (is_same(name, "q"))
            range.weight = parse_weight(value);
    }
    return range;
}

} // namespace

text_format preferred_format(std::string_view accept)
{
    int plain = 0;
    int open = 0;
    while (!accept.empty()) {
        media_range const range = parse_range(take_item(accept, ','));
        bool const is_open = is_same(range.type, "application/openmetrics-text") &&
                             (range.version.empty() || range.version == "1.0.0");
        // Who accepts anything does not ask for OpenMetrics.
        bool const is_plain =
            is_same(range.type, "text/plain") || range.type == "text/*" || range.type == "*/*";
        if (is_open)
            open = std::max(open, range.weight);
        if (is_plain)
            plain = std::max(plain, range.weight);
    }
    return open > 0 && open >= plain ? text_format::open_metrics : text_format::prometheus;
}

} // namespace tidings::detail
