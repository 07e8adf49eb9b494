// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/sse/event.hpp>

#include <cstddef>
#include <string_view>

namespace tidings::internal {

/// Checks an event and returns the exact number of bytes that `encode` writes for it, at least 1.
///
/// Throws `std::invalid_argument`, whose text names the member and the byte, if the event cannot be sent: a
/// control character other than tab in `id`, CR or LF in `type`, anything that is not UTF-8, a negative
/// `retry`. NUL in `type` and `data` is legal (WHATWG HTML, 9.2.5) and goes out as it is.
[[nodiscard]] std::size_t encoded_size(event const& value);

/// Writes the event and returns the end of what was written. `out` has room for `encoded_size(value)` bytes,
/// and that function has accepted the very same event; nothing is checked again.
///
///     id: 7\n
///     event: price\n
///     data: first line\n
///     data: second line\n
///     retry: 3000\n
///     \n
///
/// Lines of absent members are left out. An event without any member is a lone blank line, which clients
/// ignore.
char* encode(event const& value, char* out) noexcept;

/// Checks a comment and returns the exact number of bytes that `encode_comment` writes for it.
/// Throws `std::invalid_argument` if the text is not UTF-8.
[[nodiscard]] std::size_t encoded_comment_size(std::string_view text);

/// Writes a comment, one line for each line of the text, and returns the end of what was written. `out` has
/// room for `encoded_comment_size(text)` bytes.
///
///     : ping\n
///     \n
///
/// The blank line is not required by the standard. It is there for clients that cut a stream at blank lines
/// and would gather every keep-alive of a silent hour in front of the next event.
char* encode_comment(std::string_view text, char* out) noexcept;

} // namespace tidings::internal
