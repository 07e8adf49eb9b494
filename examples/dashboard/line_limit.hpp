// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace dashboard {

/// Bounds what is shown of a build's output: its beginning, line by line as it comes, and its end. A line
/// that comes after so many `lines`, or so many `bytes`, is kept back; when the output is over, the `last`
/// ones of those are shown, and how many were left out before them.
class line_limit
{
public:
    line_limit(std::size_t lines, std::size_t bytes, std::size_t last)
        : lines_left_(lines), bytes_left_(bytes), last_(last)
    {}

    /// Whether this line is to be shown now; else it is kept back.
    [[nodiscard]] bool take(std::string const& line);

    /// How many lines were kept back so far.
    std::size_t kept_back() const { return left_out_ + end_.size(); }

    /// After the last line: what is still to be shown, with a line for those that never are.
    [[nodiscard]] std::vector<std::string> finish();

private:
    std::size_t lines_left_;
    std::size_t bytes_left_;
    std::size_t last_;
    std::size_t left_out_ = 0;
    std::deque<std::string> end_;
};

} // namespace dashboard
