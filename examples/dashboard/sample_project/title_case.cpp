// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <cctype>
#include <sstream>

namespace toolbox {

std::string title_case(std::string const& text)
{
    std::istringstream words(text);
    std::ostringstream title;
    for (std::string word; words >> word; title << word) {
        word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
        if (title.tellp() > 0)
            title << ' ';
    }
    return title.str();
}

} // namespace toolbox
