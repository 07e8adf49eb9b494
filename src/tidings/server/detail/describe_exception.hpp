// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <string>

namespace tidings::detail {

/// The message of an exception, for the log.
std::string describe(std::exception_ptr const& failure);

} // namespace tidings::detail
