// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace tidings::detail {

/// The page of a probe, without foreign parts. `?seconds=…` in its address is how long it waits for a cut;
/// else it does so for 20 seconds.
extern std::string_view const path_page;

} // namespace tidings::detail
