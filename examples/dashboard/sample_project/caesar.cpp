// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <ranges>

namespace toolbox {

std::string caesar(std::string const& text, int shift)
{
    auto turn = [shift](char letter) {
        if (!std::isalpha(static_cast<unsigned char>(letter)))
            return letter;
        int const first = std::isupper(static_cast<unsigned char>(letter)) ? 'A' : 'a';
        return static_cast<char>((letter - first + shift % 26 + 26) % 26 + first);
    };
    std::string turned;
    std::ranges::copy(text | std::views::transform(turn), std::back_inserter(turned));
    return turned;
}

} // namespace toolbox
