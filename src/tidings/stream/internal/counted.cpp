// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/internal/counted.hpp>

namespace tidings::internal {

// Not inline: g++ 12 does not see that references held by callers keep the count from reaching zero twice,
// and warns.
void intrusive_ptr_release(counted* kept) noexcept
{
    if (--kept->references_ == 0)
        delete kept;
}

} // namespace tidings::internal
