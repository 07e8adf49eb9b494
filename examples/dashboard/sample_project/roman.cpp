// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <array>
#include <sstream>
#include <string_view>
#include <utility>

namespace toolbox {

std::string roman(unsigned number)
{
    static constexpr std::array<std::pair<unsigned, std::string_view>, 13> digits{{{1000, "M"},
                                                                                   {900, "CM"},
                                                                                   {500, "D"},
                                                                                   {400, "CD"},
                                                                                   {100, "C"},
                                                                                   {90, "XC"},
                                                                                   {50, "L"},
                                                                                   {40, "XL"},
                                                                                   {10, "X"},
                                                                                   {9, "IX"},
                                                                                   {5, "V"},
                                                                                   {4, "IV"},
                                                                                   {1, "I"}}};
    std::ostringstream text;
    for (auto const& [value, letters] : digits)
        for (; number >= value; number -= value)
            text << letters;
    return text.str();
}

} // namespace toolbox
