// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace tidings::detail {

/// The epoch of a topic in a log is made from a seed of its file and its name: so a topic of which nothing
/// was kept has the same one each time it is asked for, and needs no row. It has the form of the epochs of
/// topics without a log, 60 bits.
inline std::string epoch_text(std::uint64_t bits)
{
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
    std::string text;
    for (int i = 0; i < 12; ++i, bits >>= 5)
        text += digits[bits & 31];
    return text;
}

/// 60 random bits.
inline std::string make_seed()
{
    std::random_device random;
    return epoch_text((std::uint64_t(random()) << 32) | random());
}

inline std::string epoch_of(std::string_view seed, std::string_view topic)
{
    std::uint64_t bits = 0xcbf29ce484222325; // FNV-1a, and a last step that spreads the bits
    for (std::string_view const part : {seed, topic})
        for (char const c : part)
            bits = (bits ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return epoch_text(bits ^ (bits >> 31));
}

} // namespace tidings::detail
