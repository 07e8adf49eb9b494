// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// The parts of a request target; what is not empty is a view into it.
struct target_parts
{
    std::string_view path;  // still percent-encoded; empty if an absolute form has none; "*" for OPTIONS *
    std::string_view query; // without the question mark
    std::string_view authority; // of the absolute form only
};

/// Splits a target in origin form, absolute form (http and https), or "*" for OPTIONS (RFC 9112, 3.2). Empty
/// if it is none of these, has a fragment or a character outside visible ASCII, a '%' without two hexadecimal
/// digits, or an encoded control character in its path: behind a NUL a file's name would end for the system,
/// and not for whoever has checked it. Characters such as '[' and '|', which browsers send bare against RFC
/// 3986, are let through.
[[nodiscard]] std::optional<target_parts> parse_target(std::string_view method, std::string_view target);

/// A host with an optional port, as in a Host field (RFC 9110, 7.2); an empty one is valid too.
[[nodiscard]] bool is_host(std::string_view text);

/// Percent-decodes text whose escapes `parse_target` has accepted.
[[nodiscard]] std::string decode_segment(std::string_view encoded);

/// All values of that name in a query, or in a body of the type application/x-www-form-urlencoded, in their
/// order, decoded: '+' is a space, and a '%' without two hexadecimal digits, which no query has, stays.
[[nodiscard]] std::vector<std::string> find_all_in_form(std::string_view form, std::string_view name);

} // namespace tidings::detail
