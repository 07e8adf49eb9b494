// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidings {

/// The length of the longest prefix that is well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no
/// overlong forms, nothing above U+10FFFF) and ends with a whole code point.
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view text) noexcept;

/// Whether all of it is.
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

/// Makes valid UTF-8 of text that arrives in pieces cut at any byte, such as the tokens of a language model
/// or the output of a child process. An event whose data ends inside a code point cannot be sent; this holds
/// the beginning of such a code point (at most 3 bytes) back until the rest has come.
///
///     utf8_joiner text;
///     while (auto token = co_await tokens.receive(ctx))
///         co_await out.send({.data = text.join(*token)});
///
/// Bytes that cannot be UTF-8 whatever follows become U+FFFD. All results joined are the same however the
/// input was cut. A result may be empty. A value type, not thread-safe; one object serves one
/// sequence of pieces.
class utf8_joiner
{
public:
    /// What was held back and the piece, up to the last whole code point.
    [[nodiscard]] std::string join(std::string_view piece);

    /// After the last piece: U+FFFD if a code point was left unfinished, else nothing. The joiner is as new
    /// then.
    [[nodiscard]] std::string finish();

private:
    std::string held_;
};

} // namespace tidings
