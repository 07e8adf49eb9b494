// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/set_cookie.hpp>
#include <tidings/http/detail/syntax.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace tidings::detail {
namespace {

constexpr std::size_t most_bytes = 4096; // what every browser keeps of name and value

bool is_cookie_octet(char c) noexcept
{
    return c > ' ' && c < 0x7F && std::string_view("\",;\\").find(c) == std::string_view::npos;
}

bool begins_with(std::string_view name, std::string_view prefix) noexcept
{
    return equals_ignoring_case(name.substr(0, prefix.size()), prefix);
}

/// What is wrong with it; null: nothing.
char const* find_fault(std::string_view name, std::string_view value, cookie_options const& how) noexcept
{
    if (!is_token(name))
        return "has a name that is empty or has a character that no name can have";
    if (!std::ranges::all_of(value, is_cookie_octet))
        return "has a value that no cookie can have; encode it, in hexadecimal or base64 say";
    if (name.size() + value.size() > most_bytes)
        return "is larger than 4096 bytes, and browsers would drop it; keep the data and send its key";
    if (!how.path.starts_with('/') || !is_field_value(how.path) ||
        how.path.find(';') != std::string_view::npos)
        return "has a path that does not begin with '/', or that has a ';' or a control character";
    if (how.same_site != "Lax" && how.same_site != "Strict" && how.same_site != "None")
        return "has a same_site that is none of \"Lax\", \"Strict\" and \"None\"";
    if (how.same_site == "None" && !how.secure)
        return "is for all sites but not secure, and browsers would drop it";
    if ((begins_with(name, "__Host-") || begins_with(name, "__Secure-")) && !how.secure)
        return "has a name that promises that it is secure, and is not";
    if (begins_with(name, "__Host-") && how.path != "/")
        return "has a name that promises that its path is \"/\", and another path";
    return nullptr;
}

} // namespace

std::string set_cookie(std::string_view name, std::string_view value, cookie_options const& how)
{
    if (auto const* fault = find_fault(name, value, how))
        throw std::invalid_argument(
            fmt::format("tidings: the cookie {} {}", is_token(name) ? name : "without a name", fault));
    auto text = fmt::format("{}={}; Path={}; SameSite={}", name, value, how.path, how.same_site);
    if (how.max_age)
        text += fmt::format("; Max-Age={}", how.max_age->count());
    if (how.http_only)
        text += "; HttpOnly";
    if (how.secure)
        text += "; Secure";
    return text;
}

} // namespace tidings::detail
