// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <algorithm>
#include <cctype>
#include <ranges>
#include <regex>

namespace toolbox {

bool is_palindrome(std::string const& text)
{
    std::string letters = std::regex_replace(text, std::regex("[^A-Za-z]"), "");
    std::ranges::transform(letters, letters.begin(),
                           [](unsigned char letter) { return std::tolower(letter); });
    return std::ranges::equal(letters, letters | std::views::reverse);
}

} // namespace toolbox
