// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/stream_end.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace tidings::internal {

// As metrics and logs have them.

inline std::string name(end_reason why)
{
    std::string words(to_string(why));
    std::ranges::replace(words, ' ', '_');
    return words;
}

constexpr std::string_view name(cut_reason why) noexcept
{
    using enum cut_reason;
    return why == write_timeout    ? "write_timeout"
           : why == queue_overflow ? "queue_overflow"
           : why == handler_failed ? "handler_failed"
                                   : "behind";
}

} // namespace tidings::internal
