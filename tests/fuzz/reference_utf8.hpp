// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidings::fuzz {

/// The decoder of WHATWG Encoding, 8.1.1, step by step, and its code points written as UTF-8 again: what is
/// no UTF-8 is U+FFFD, as in a browser. Text that comes back as it was is UTF-8.
inline std::string decode_as_browsers_do(std::string_view text)
{
    std::string out;
    std::string seen; // of the code point that has begun
    std::size_t needed = 0;
    unsigned lower = 0x80;
    unsigned upper = 0xBF;
    for (std::size_t i = 0; i != text.size(); ++i) {
        auto const byte = static_cast<unsigned char>(text[i]);
        if (needed == 0) {
            if (byte <= 0x7F) {
                out += text[i];
                continue;
            }
            if (byte >= 0xC2 && byte <= 0xDF)
                needed = 1;
            else if (byte >= 0xE0 && byte <= 0xEF)
                needed = 2;
            else if (byte >= 0xF0 && byte <= 0xF4)
                needed = 3;
            else
                out += "\uFFFD";
            lower = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
            upper = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
            seen = needed == 0 ? std::string() : std::string(1, text[i]);
            continue;
        }
        if (byte < lower || byte > upper) {
            out += "\uFFFD";
            needed = 0;
            --i; // "prepend byte to stream"
        } else {
            seen += text[i];
            if (seen.size() == needed + 1) {
                out += seen;
                needed = 0;
            }
        }
        lower = 0x80;
        upper = 0xBF;
    }
    return needed == 0 ? out : out + "\uFFFD";
}

} // namespace tidings::fuzz
