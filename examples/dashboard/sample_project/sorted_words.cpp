// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <regex>
#include <set>

namespace toolbox {

std::vector<std::string> sorted_words(std::string const& text)
{
    static std::regex const word("[A-Za-z]+");
    std::set<std::string> words(std::sregex_token_iterator(text.begin(), text.end(), word),
                                std::sregex_token_iterator());
    std::vector<std::string> sorted(words.begin(), words.end());
    std::ranges::stable_sort(sorted, {}, &std::string::size);
    return sorted;
}

} // namespace toolbox
