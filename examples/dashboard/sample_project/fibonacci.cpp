// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <ranges>

namespace toolbox {

std::vector<std::uint64_t> fibonacci(std::size_t count)
{
    std::vector<std::uint64_t> numbers(count, 1);
    if (count > 2)
        std::adjacent_difference(numbers.begin(), std::prev(numbers.end()), std::next(numbers.begin()),
                                 std::plus<>());
    return numbers;
}

} // namespace toolbox
