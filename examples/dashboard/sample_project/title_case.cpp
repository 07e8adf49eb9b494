// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <cctype>
#include <regex>

namespace toolbox {

std::string title_case(std::string const& text)
{
    static std::regex const first_letter("\\b[a-z]");
    std::string title = text;
    for (std::sregex_iterator it(text.begin(), text.end(), first_letter), end; it != end; ++it) {
        auto const at = static_cast<std::size_t>(it->position());
        title[at] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[at])));
    }
    return title;
}

} // namespace toolbox
