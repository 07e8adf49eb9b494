// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <cctype>
#include <iterator>
#include <sstream>
#include <unordered_map>

namespace toolbox {

std::string morse(std::string const& text)
{
    static std::unordered_map<char, std::string> const codes{
        {'a', ".-"},   {'b', "-..."}, {'c', "-.-."}, {'d', "-.."},  {'e', "."},    {'f', "..-."},
        {'g', "--."},  {'h', "...."}, {'i', ".."},   {'j', ".---"}, {'k', "-.-"},  {'l', ".-.."},
        {'m', "--"},   {'n', "-."},   {'o', "---"},  {'p', ".--."}, {'q', "--.-"}, {'r', ".-."},
        {'s', "..."},  {'t', "-"},    {'u', "..-"},  {'v', "...-"}, {'w', ".--"},  {'x', "-..-"},
        {'y', "-.--"}, {'z', "--.."}};
    std::ostringstream signals;
    for (unsigned char const letter : text)
        if (auto code = codes.find(static_cast<char>(std::tolower(letter))); code != codes.end())
            signals << code->second << ' ';
    return signals.str();
}

} // namespace toolbox
