// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <string_view>

namespace toolbox {

std::string base64(std::string const& bytes)
{
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::string three = bytes.substr(at, 3);
        auto const missing = 3 - three.size();
        three.resize(3, '\0');
        std::uint32_t bits = 0;
        for (unsigned char const byte : three)
            bits = bits << 8 | byte;
        std::string four;
        for (int shift = 18; shift >= 0; shift -= 6)
            four += digits[bits >> shift & 63];
        std::ranges::fill(four | std::views::reverse | std::views::take(missing), '=');
        text += four;
    }
    return text;
}

} // namespace toolbox
