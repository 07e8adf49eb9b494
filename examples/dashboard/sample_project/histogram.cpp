// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <algorithm>
#include <cctype>
#include <ranges>
#include <unordered_map>

namespace toolbox {

std::map<char, std::size_t> histogram(std::string const& text)
{
    auto is_letter = [](unsigned char letter) { return std::isalpha(letter) != 0; };
    std::unordered_map<char, std::size_t> counts;
    for (char const letter : text | std::views::filter(is_letter))
        ++counts[static_cast<char>(std::tolower(static_cast<unsigned char>(letter)))];
    return {counts.begin(), counts.end()};
}

} // namespace toolbox
