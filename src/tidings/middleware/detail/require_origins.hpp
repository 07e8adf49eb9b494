// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace tidings::detail {

/// Throws `std::invalid_argument` where one of them is no origin as browsers send it, such as
/// "https://app.example:8443": another spelling would never match, and nobody would know why.
void require_origins(std::vector<std::string> const& origins);

} // namespace tidings::detail
