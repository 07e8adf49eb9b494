// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/headers.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tidings::internal {

/// What a response's head depends on beside the response: plain settings, filled in from the request.
struct head_params
{
    int http_minor = 1;      ///< of the request: 0 or 1
    bool keep_alive = true;  ///< whether the connection stays open for further requests
    std::string_view date{}; ///< the value of Date, from `http_date`, if the fields have none; empty: no line
};

/// False for 1xx, 204 and 304, whose responses end with their head (RFC 9112, 6.3).
[[nodiscard]] constexpr bool status_allows_body(int status) noexcept
{
    return status >= 200 && status != 204 && status != 304;
}

/// The head of a plain response whose body has `body_size` bytes, with the blank line at its end.
/// Content-Length is written wherever the status allows a body (RFC 9110, 8.6); the same head answers HEAD.
[[nodiscard]] std::string plain_head(int status, headers const& fields, std::uint64_t body_size,
                                     head_params const& params);

/// The fields of an event stream's head for which nothing else was set. The last two tell proxies to pass on
/// what comes as it comes: nginx the one, those that follow RFC 10036 the other.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 4> stream_defaults{
    {{"Content-Type", "text/event-stream"},
     {"Cache-Control", "no-cache, no-store, no-transform"},
     {"X-Accel-Buffering", "no"},
     {"Incremental", "?1"}}};

/// The head of an event stream: `stream_defaults`, and what the caller has set.
/// The body is chunked on HTTP/1.1, and ends with the connection on HTTP/1.0. Neither has a Content-Length.
[[nodiscard]] std::string stream_head(int status, headers const& fields, head_params const& params);

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

/// Writes that line into the room in front of the chunk's bytes.
constexpr void write_chunk_header(std::size_t size, char* bytes) noexcept
{
    *--bytes = '\n';
    *--bytes = '\r';
    for (; size != 0; size >>= 4)
        *--bytes = "0123456789abcdef"[size & 0xF];
}

} // namespace tidings::internal
