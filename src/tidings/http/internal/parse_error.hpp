// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace tidings::internal {

/// Why a request was refused: the status to answer with, and a text for the client that lives for ever.
/// Status 0 means that nothing is wrong.
struct parse_error
{
    int status = 0;
    std::string_view reason{};
};

} // namespace tidings::internal
