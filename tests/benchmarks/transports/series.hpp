// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace tidings::benchmark {

/// What one thing has measured, repeat by repeat.
class series
{
public:
    void add(double value) { values_.push_back(value); }
    bool is_empty() const { return values_.empty(); }
    double median() const;
    /// "7.1 [6.9 to 8.0]", with that many digits; empty without values.
    std::string text(int digits) const;

    /// Each by the other of the same repeat.
    friend series operator/(series const& left, series const& right);

private:
    std::vector<double> values_;
};

/// The value that so large a part of all is not above; puts them in order.
double percentile(std::vector<float>& values, double part);

} // namespace tidings::benchmark
