// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <iomanip>
#include <sstream>

namespace toolbox {

std::string wrapped(std::string const& text, std::size_t width)
{
    std::istringstream words(text);
    std::ostringstream lines;
    std::size_t used = 0;
    for (std::string word; words >> word; used += word.size() + 1) {
        if (used != 0 && used + word.size() > width) {
            lines << '\n';
            used = 0;
        }
        lines << word << ' ';
    }
    return lines.str();
}

} // namespace toolbox
