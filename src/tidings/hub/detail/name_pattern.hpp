// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace tidings::detail {

/// Whether a topic's name fits a pattern: segments between slashes, of which `{…}` stands for any one that is
/// not empty; a last segment `*` stands for all that follows.
///
///     builds/{id}      builds/17, but neither builds/ nor builds/17/log
///     sensors/*        sensors/roof/wind
///     *                any name that is not empty
/// What else has a brace or a star in it is no pattern.
bool fits_pattern(std::string_view name, std::string_view pattern) noexcept;

/// Throws `std::invalid_argument` for what looks like a pattern and would mean something else, as `job:{id}`.
void check_pattern(std::string_view pattern);

} // namespace tidings::detail
