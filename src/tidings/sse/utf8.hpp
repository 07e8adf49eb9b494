// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidings {

/// The length of the longest prefix that is well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no
/// overlong forms, nothing above U+10FFFF) and ends with a whole code point.
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view text) noexcept;

[[nodiscard]] inline bool is_valid_utf8(std::string_view text) noexcept
{
    return valid_utf8_prefix(text) == text.size();
}

/// The number of bytes, 0 to 3, at the end of the text that begin a code point which further bytes could
/// complete.
[[nodiscard]] std::size_t unfinished_utf8_tail(std::string_view text) noexcept;

/// Replaces what is not UTF-8 by U+FFFD, as browsers do: one for each maximal part of a code point
/// (WHATWG Encoding, 4.1). Valid text comes back as it was.
[[nodiscard]] std::string replace_invalid_utf8(std::string text);

} // namespace tidings
