// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

namespace tidings::test {

/// What a stream carries without the pause that it begins with, which is random: "retry: 2032\n\n", and its
/// chunk if `is_chunked`.
inline std::string without_retry(std::string text, bool is_chunked = false)
{
    std::string_view const begin = is_chunked ? "d\r\nretry: " : "retry: ";
    std::string_view const end = is_chunked ? "\n\n\r\n" : "\n\n";
    auto const at = text.find(begin);
    REQUIRE(at != text.npos);
    return text.erase(at, text.find(end, at) + end.size() - at);
}

} // namespace tidings::test
