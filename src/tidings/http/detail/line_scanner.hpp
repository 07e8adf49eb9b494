// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

namespace tidings::detail {

enum class line_state
{
    unfinished,
    complete,
    bare_cr,
    bare_lf,
    folded_line,
    control_character,
};

struct line_scan
{
    line_state state;
    std::size_t position; // unfinished: where to go on once there is more text; complete: behind the end
};

/// Looks for the blank line that ends the head of a message, or its trailers, from `position` on; `text` is
/// all that has come of it. A blank first line does not count. Stops at the first byte that a strict reader
/// must refuse (RFC 9112, 2.2 and 5.2), so that nobody waits for the end of what can no longer be valid, and
/// no two readers can see different lines.
[[nodiscard]] line_scan scan_lines(std::string_view text, std::size_t position) noexcept;

} // namespace tidings::detail
