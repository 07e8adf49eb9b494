// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/request_policy.hpp>

#include <cstddef>
#include <string_view>

namespace tidings::detail {

struct line_scan
{
    bool is_complete;
    std::size_t position; // complete: behind the end; else where to go on once there is more text
    internal::parse_error refused{};
};

/// Looks for the CRLF that ends a line, from `position` on; `text` is all that has come of it. Stops at the
/// first byte that a strict reader must refuse (RFC 9112, 2.2 and 5.2), so that nobody waits for the end of
/// what can no longer be valid, and no two readers can see different lines.
[[nodiscard]] line_scan scan_line(std::string_view text, std::size_t position) noexcept;

/// The same for the blank line that ends the head of a message. A blank first line does not count.
[[nodiscard]] line_scan scan_lines(std::string_view text, std::size_t position) noexcept;

} // namespace tidings::detail
