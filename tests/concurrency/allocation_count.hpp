// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace tidings::test {

/// Calls of `operator new` in this program so far, which has one thread.
std::size_t allocations() noexcept;

} // namespace tidings::test
