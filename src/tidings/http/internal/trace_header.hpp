// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <string_view>

namespace tidings::internal {

/// Whether this is a `traceparent` of W3C Trace Context, version 00: 00-<trace: 32 digits>-<span: 16>-<2>,
/// neither trace nor span zero.
inline bool is_trace_header(std::string_view text) noexcept
{
    constexpr std::string_view form = "00-00000000000000000000000000000000-0000000000000000-00";
    auto const fits = [](char wanted, char c) {
        return wanted == '-' ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    };
    return text.starts_with("00-") && std::ranges::equal(form, text, fits) &&
           text.substr(3, 32) != form.substr(3, 32) && text.substr(36, 16) != form.substr(36, 16);
}

} // namespace tidings::internal
