// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/detail/target.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>

namespace tidings::detail {
namespace {

namespace urls = boost::urls;

bool is_visible(char c) noexcept
{
    return c > 0x20 && c < 0x7F;
}

bool has_valid_escapes(std::string_view text)
{
    return text.find('%') == std::string_view::npos || urls::make_pct_string_view(text).has_value();
}

/// A '%' without two hexadecimal digits stays, as in browsers.
std::string decode(std::string_view encoded, bool plus_is_space)
{
    std::string text;
    text.reserve(encoded.size());
    for (; !encoded.empty(); encoded.remove_prefix(1)) {
        char c = encoded.front();
        unsigned char byte = 0;
        auto const digits = encoded.substr(1, 2);
        bool const is_escape = c == '%' && digits.size() == 2;
        if (is_escape && std::from_chars(digits.begin(), digits.end(), byte, 16).ptr == digits.end()) {
            c = static_cast<char>(byte);
            encoded.remove_prefix(2);
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        text += c;
    }
    return text;
}

/// Of a path whose escapes are valid.
bool has_encoded_control(std::string_view path)
{
    return path.find('%') != std::string_view::npos && std::ranges::any_of(decode(path, false), is_control);
}

/// What nearly every client sends: a name or an IPv4 address, and perhaps a port.
bool is_plain_host(std::string_view text) noexcept
{
    auto const port = text.find(':');
    if (port != std::string_view::npos && !is_number(text.substr(port + 1)))
        return false;
    auto const name = text.substr(0, port);
    return !name.empty() &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string_view::npos;
}

std::optional<target_parts> split_origin_form(std::string_view target)
{
    target_parts parts;
    parts.path = take_until(target, '?');
    parts.query = target;
    if (!has_valid_escapes(parts.path) || !has_valid_escapes(parts.query) || has_encoded_control(parts.path))
        return std::nullopt;
    return parts;
}

std::optional<target_parts> split_absolute_form(std::string_view target)
{
    auto const url = urls::parse_absolute_uri(target);
    if (!url || url->has_userinfo() || url->host().empty() || has_encoded_control(url->encoded_path()))
        return std::nullopt;
    if (url->scheme_id() != urls::scheme::http && url->scheme_id() != urls::scheme::https)
        return std::nullopt;
    return target_parts{url->encoded_path(), url->encoded_query(), url->encoded_authority()};
}

} // namespace

std::optional<target_parts> parse_target(std::string_view method, std::string_view target)
{
    if (target == "*" && method == "OPTIONS")
        return target_parts{target, {}, {}};
    if (!std::all_of(target.begin(), target.end(), is_visible) || target.find('#') != std::string_view::npos)
        return std::nullopt;
    return target.starts_with('/') ? split_origin_form(target) : split_absolute_form(target);
}

bool is_host(std::string_view text)
{
    if (is_plain_host(text))
        return true;
    auto const authority = urls::parse_authority(text);
    return authority && !authority->has_userinfo() && (text.empty() || !authority->encoded_host().empty());
}

std::string decode_segment(std::string_view encoded)
{
    return decode(encoded, false);
}

std::vector<std::string> find_all_in_form(std::string_view form, std::string_view name)
{
    std::vector<std::string> found;
    while (!form.empty()) {
        auto pair = take_until(form, '&');
        if (decode(take_until(pair, '='), true) == name)
            found.push_back(decode(pair, true));
    }
    return found;
}

} // namespace tidings::detail
