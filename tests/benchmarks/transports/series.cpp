// SPDX-License-Identifier: BSL-1.0
#include "series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace tidings::benchmark {

double series::median() const
{
    auto sorted = values_;
    std::ranges::sort(sorted);
    std::size_t const half = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

std::string series::text(int digits) const
{
    if (is_empty())
        return {};
    auto const [least, most] = std::ranges::minmax(values_);
    return fmt::format("{:.{}f} [{:.{}f} to {:.{}f}]", median(), digits, least, digits, most, digits);
}

series operator/(series const& left, series const& right)
{
    series made;
    for (std::size_t i = 0; i < std::min(left.values_.size(), right.values_.size()); ++i)
        made.add(left.values_[i] / right.values_[i]);
    return made;
}

double percentile(std::vector<float>& values, double part)
{
    auto const at = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::ranges::nth_element(values, values.begin() + at);
    return static_cast<double>(values[static_cast<std::size_t>(at)]);
}

} // namespace tidings::benchmark
