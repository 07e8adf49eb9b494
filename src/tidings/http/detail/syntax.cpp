// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>

#include <boost/url/grammar/alnum_chars.hpp>
#include <boost/url/grammar/ci_string.hpp>
#include <boost/url/grammar/digit_chars.hpp>

#include <algorithm>

namespace tidings::detail {
namespace {

bool is_token_character(char c) noexcept
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return boost::urls::grammar::alnum_chars(c) || marks.find(c) != std::string_view::npos;
}

bool is_value_character(char c) noexcept
{
    return !is_control(c) || c == '\t';
}

} // namespace

bool is_control(char c) noexcept
{
    return (c >= 0 && c < 0x20) || c == 0x7F;
}

bool is_token(std::string_view text) noexcept
{
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

bool is_field_value(std::string_view text) noexcept
{
    return trimmed(text).size() == text.size() && std::all_of(text.begin(), text.end(), is_value_character);
}

bool is_number(std::string_view text) noexcept
{
    return !text.empty() && std::all_of(text.begin(), text.end(), boost::urls::grammar::digit_chars);
}

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept
{
    return boost::urls::grammar::ci_is_equal(left, right);
}

std::string_view take_until(std::string_view& text, char separator) noexcept
{
    auto const end = text.find(separator);
    auto const part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return part;
}

std::string_view trimmed(std::string_view text) noexcept
{
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view take_list_item(std::string_view& list, char separator) noexcept
{
    return trimmed(take_until(list, separator));
}

} // namespace tidings::detail
