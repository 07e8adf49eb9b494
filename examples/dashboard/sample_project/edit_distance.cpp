// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <algorithm>
#include <numeric>
#include <ranges>
#include <utility>

namespace toolbox {

std::size_t edit_distance(std::string const& from, std::string const& to)
{
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t const i : std::views::iota(std::size_t{1}, from.size() + 1)) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t const j : std::views::iota(std::size_t{1}, to.size() + 1)) {
            std::size_t const changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row.back();
}

} // namespace toolbox
