// SPDX-License-Identifier: BSL-1.0
#include "base64.hpp"

#include <cstdint>

namespace hub {

std::optional<std::string> decode_base64(std::string_view text)
{
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (text.ends_with("=="))
        text.remove_suffix(2);
    else if (text.ends_with('='))
        text.remove_suffix(1);

    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (char const digit : text) {
        auto const value = digits.find(digit);
        if (value == digits.npos)
            return std::nullopt;
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>((bits >> count) & 0xff);
        }
    }
    if (text.size() % 4 == 1)
        return std::nullopt; // six bits are no byte
    return bytes;
}

} // namespace hub
