// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dashboard {

/// Cuts the output of a program into lines fit for an event: LF, CR LF and a lone CR (as programs that redraw
/// a line print it) each end one; colours and other escape sequences are taken out; what is not UTF-8 becomes
/// U+FFFD. Of a line longer than `longest` bytes the rest is dropped, and " …" says so: memory stays bounded
/// whatever the program prints.
class line_splitter
{
public:
    explicit line_splitter(std::size_t longest) : longest_(longest) {}

    /// The lines that these bytes complete.
    [[nodiscard]] std::vector<std::string> push(std::string_view bytes);

    /// After the last bytes: the line that nothing ended, if there is one.
    [[nodiscard]] std::optional<std::string> finish();

private:
    std::string take_line();

    std::size_t longest_;
    std::string line_;
    bool cut_ = false;
    bool after_cr_ = false;
};

} // namespace dashboard
