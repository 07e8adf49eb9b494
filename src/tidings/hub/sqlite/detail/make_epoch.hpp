// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace tidings::detail {

/// Tells one life of a topic from another: 60 random bits, in the form of the topics without a log.
inline std::string make_log_epoch()
{
    std::random_device random;
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
    std::string epoch;
    for (int i = 0; i < 12; ++i)
        epoch += digits[random() % digits.size()];
    return epoch;
}

} // namespace tidings::detail
