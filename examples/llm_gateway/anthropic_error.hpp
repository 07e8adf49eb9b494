// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "failure.hpp"

#include <string>
#include <string_view>

namespace gateway {

/// The message in the body of an upstream that refuses.
std::string error_message(std::string_view body);

/// A failure in the words of the Messages API, as the body of an answer or the data of an `error` event.
std::string to_error(failure const& failed);

} // namespace gateway
