// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/head_parser.hpp>
#include <tidings/http/detail/syntax.hpp>

#include <algorithm>
#include <cstddef>

namespace tidings::detail {
namespace {

using internal::parse_error;
using internal::request_policy;

/// What stands before the line end; the rest, behind it, stays in `text`.
std::string_view take_line(std::string_view& text) noexcept
{
    auto const line = text.substr(0, text.find("\r\n"));
    text.remove_prefix(line.size() + 2);
    return line;
}

parse_error check_version(std::string_view version)
{
    if (version == "HTTP/1.1" || version == "HTTP/1.0")
        return {};
    if (version.size() == 8 && version.starts_with("HTTP/") && is_number(version.substr(5, 1)) &&
        version[6] == '.' && is_number(version.substr(7)))
        return {505, "this server speaks HTTP/1.1 and HTTP/1.0"};
    return {400, "the request line does not end with an HTTP version"};
}

// A connection's options are tokens; an empty one says nothing.
bool are_options(std::string_view list)
{
    while (!list.empty())
        if (auto const option = take_list_item(list); !option.empty() && !is_token(option))
            return false;
    return true;
}

// All Transfer-Encoding headers are one list (RFC 9110, 5.3). Where chunked stands twice or not last, nobody
// knows where the body ends (RFC 9112, 6.3).
parse_error check_framing(request const& head, bool has_length)
{
    constexpr parse_error malformed{400, "Transfer-Encoding is malformed, or chunked is not its last coding"};
    std::size_t codings = 0;
    std::size_t chunked_at = 0;
    for (std::size_t i = 0; i != head.header_count(); ++i) {
        auto [name, list] = head.header_at(i);
        if (!equals_ignoring_case(name, "Transfer-Encoding"))
            continue;
        do {
            auto const coding = take_list_item(list);
            if (chunked_at != 0 || !is_token(trimmed(coding.substr(0, coding.find(';')))))
                return malformed;
            ++codings;
            if (equals_ignoring_case(coding, "chunked"))
                chunked_at = codings;
        } while (!list.empty());
    }
    if (codings == 0)
        return {};
    if (has_length)
        return {400, "Transfer-Encoding and Content-Length exclude each other"};
    if (chunked_at != 1)
        return {501, "the only transfer coding that is supported is chunked"};
    if (head.version() == "HTTP/1.0")
        return {400, "HTTP/1.0 has no Transfer-Encoding"};
    return {};
}

} // namespace

internal::parse_error parse_head(std::string_view head, request_policy& into)
{
    auto const size = head.size();
    auto const lines = static_cast<std::size_t>(std::ranges::count(head, '\n'));
    auto const first = take_line(head);
    auto const space = first.find(' ');
    auto const last_space = first.rfind(' ');
    auto const version = first.substr(last_space + 1);
    if (first == "PRI * HTTP/2.0")
        return {400, "HTTP/2 is not spoken here: use HTTP/1.1"};
    if (auto const why = check_version(version))
        return why;
    if (space == last_space)
        return {400, "the request line is not a method, a target and a version"};
    auto const target = first.substr(space + 1, last_space - space - 1);
    if (auto const why = into.begin(first.substr(0, space), target, version, size, lines - 2))
        return why;

    for (auto line = take_line(head); !line.empty(); line = take_line(head))
        if (auto const why = parse_field(line, into, &request_policy::add_header))
            return why;
    if (auto const why = into.end_head(into.head().has_header("Transfer-Encoding")))
        return why;
    return check_framing(into.head(), into.body_size().has_value());
}

internal::parse_error parse_field(std::string_view line, request_policy& into,
                                  parse_error (request_policy::*take)(std::string_view, std::string_view))
{
    auto const colon = line.find(':');
    if (colon == std::string_view::npos)
        return {400, "a header has no colon"};
    auto const name = line.substr(0, colon);
    auto const value = trimmed(line.substr(colon + 1));
    bool const has_options =
        equals_ignoring_case(name, "Connection") || equals_ignoring_case(name, "Proxy-Connection");
    if (has_options && !are_options(value))
        return {400, "the Connection header is malformed"};
    return (into.*take)(name, value);
}

} // namespace tidings::detail
