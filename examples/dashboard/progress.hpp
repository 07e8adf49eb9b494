// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string_view>

namespace dashboard {

/// How far a build has come.
struct progress
{
    unsigned done = 0;
    unsigned total = 0;

    bool operator==(progress const&) const = default;
};

/// Reads what Ninja ("[12/40] Building …"), and CMake with make ("[ 30%] Building …"), print before a step.
/// Empty for any other line, and for a count that makes no sense.
[[nodiscard]] std::optional<progress> parse_progress(std::string_view line);

} // namespace dashboard
