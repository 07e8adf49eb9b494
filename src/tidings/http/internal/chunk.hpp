// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <string_view>

namespace tidings::internal {

// The chunked transfer coding (RFC 9112, 7.1): a chunk of 26 bytes is "1a\r\n", the bytes, "\r\n".

/// What follows the bytes of each chunk.
inline constexpr std::string_view chunk_end = "\r\n";

/// What ends the body.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// The size of the line before a chunk of `size` bytes. `size` is not 0: that would be the last chunk.
[[nodiscard]] constexpr std::size_t chunk_header_size(std::size_t size) noexcept
{
    return (static_cast<std::size_t>(std::bit_width(size)) + 3) / 4 + chunk_end.size();
}

/// Writes that line and returns the end of what was written. `out` has room for `chunk_header_size(size)`
/// bytes.
constexpr char* write_chunk_header(std::size_t size, char* out) noexcept
{
    auto* const end = out + chunk_header_size(size);
    auto* digit = std::copy(chunk_end.begin(), chunk_end.end(), end - chunk_end.size()) - chunk_end.size();
    for (; digit != out; size >>= 4)
        *--digit = "0123456789abcdef"[size & 0xF];
    return end;
}

} // namespace tidings::internal
