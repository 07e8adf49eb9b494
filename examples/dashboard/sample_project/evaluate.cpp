// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <functional>
#include <regex>
#include <stdexcept>

namespace toolbox {

double evaluate(std::string const& sums)
{
    static std::regex const term(R"(\s*([+-]?)\s*(\d+(?:\.\d+)?)\s*)");
    double total = 0;
    std::size_t understood = 0;
    for (std::sregex_iterator it(sums.begin(), sums.end(), term), end; it != end; ++it) {
        std::function<double(double, double)> apply = std::plus<>();
        if ((*it)[1] == "-")
            apply = std::minus<>();
        total = apply(total, std::stod((*it)[2]));
        understood += static_cast<std::size_t>(it->length());
    }
    if (understood != sums.size())
        throw std::invalid_argument("not a sum: " + sums);
    return total;
}

} // namespace toolbox
