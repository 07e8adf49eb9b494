// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <ranges>

namespace toolbox {

bool is_palindrome(std::string const& text)
{
    std::string letters;
    std::ranges::copy_if(text, std::back_inserter(letters),
                         [](unsigned char letter) { return std::isalpha(letter); });
    std::ranges::transform(letters, letters.begin(),
                           [](unsigned char letter) { return std::tolower(letter); });
    return std::ranges::equal(letters, letters | std::views::reverse);
}

} // namespace toolbox
