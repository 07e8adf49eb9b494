// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace tidings::detail {

/// What a connection is doing, as far as it matters to who needs its place.
enum class occupation : std::uint8_t
{
    idle,    ///< waits for a request
    reading, ///< has a part of one
    busy,    ///< answers, or ends
    count_of_occupations,
};

} // namespace tidings::detail
