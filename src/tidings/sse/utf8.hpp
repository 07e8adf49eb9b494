// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidings {

/// The length of the longest prefix that is well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no
/// overlong forms, nothing above U+10FFFF) and ends after a whole code point.
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view text) noexcept;

/// Whether the whole text is well-formed UTF-8.
[[nodiscard]] inline bool is_valid_utf8(std::string_view text) noexcept
{
    return valid_utf8_prefix(text) == text.size();
}

/// The number of bytes, 0 to 3, at the end of the text that begin a code point which further bytes could
/// complete.
[[nodiscard]] std::size_t unfinished_utf8_tail(std::string_view text) noexcept;

/// Replaces invalid UTF-8 with U+FFFD, as browsers do: one for each maximal part of a code point (WHATWG
/// Encoding, 4.1). Valid text is returned unchanged.
[[nodiscard]] std::string replace_invalid_utf8(std::string text);

/// Makes valid UTF-8 from text that arrives in pieces split at any byte, such as the tokens of a language
/// model or the output of a child process. An event whose data ends inside a code point cannot be sent, so
/// this holds back the beginning of such a code point (at most 3 bytes) until the rest arrives.
///
///     utf8_joiner text;
///     while (auto token = co_await tokens.receive(ctx))
///         co_await out.send({.data = text.join(*token)});
///
/// Bytes that no further input could make valid become U+FFFD. The concatenated results do not depend on
/// where the input was split. A result may be empty. A value type, not thread-safe; use one object for each
/// sequence of pieces.
class utf8_joiner
{
public:
    /// The held-back bytes followed by the piece, up to the last whole code point.
    [[nodiscard]] std::string join(std::string_view piece);

    /// Call it after the last piece: returns U+FFFD if a code point was left incomplete, otherwise nothing.
    /// The joiner can then be used for a new sequence.
    [[nodiscard]] std::string finish();

private:
    std::string held_;
};

} // namespace tidings
