// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace tidings::fuzz {

/// Ends the program, with the rule that is broken and what was seen, unless `holds`.
inline void require(bool holds, char const* rule, std::string const& seen = {})
{
    if (holds)
        return;
    std::fprintf(stderr, "broken: %s\n%s\n", rule, seen.c_str());
    std::abort();
}

} // namespace tidings::fuzz
