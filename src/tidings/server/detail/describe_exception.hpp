// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <string>

namespace tidings::detail {

/// The message of an exception, for the log: on one line, its control characters escaped, since a client may
/// have a say in it.
std::string describe(std::exception_ptr const& failure);

} // namespace tidings::detail
