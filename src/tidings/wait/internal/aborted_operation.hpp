// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>

namespace tidings::internal {

/// Whether an operation of Asio's that was cancelled has ended with that exception: the way in which a wait
/// that is bound to a context (see `bind`) ends with it. Null is none.
[[nodiscard]] bool is_aborted_operation(std::exception_ptr const& failure) noexcept;

} // namespace tidings::internal
