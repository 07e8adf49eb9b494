// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <ranges>

namespace toolbox {

std::vector<unsigned> primes(unsigned limit)
{
    std::vector<unsigned> found;
    auto has_no_divisor = [&](unsigned number) {
        auto const root = static_cast<unsigned>(std::sqrt(number));
        auto small = found | std::views::take_while([root](unsigned prime) { return prime <= root; });
        return std::ranges::none_of(small, [number](unsigned prime) { return number % prime == 0; });
    };
    for (unsigned const number : std::views::iota(2u, limit + 1))
        if (has_no_divisor(number))
            found.push_back(number);
    return found;
}

} // namespace toolbox
