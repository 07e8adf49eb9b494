// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>

namespace tidings::detail {

enum class transfer_coding
{
    none,        // no Transfer-Encoding
    chunked,     // and nothing else
    unsupported, // another coding, alone or before chunked
    malformed,   // no list of codings; or chunked twice or not last: nobody knows where the body ends
                 // (RFC 9112, 6.3)
};

/// What all Transfer-Encoding headers together say.
[[nodiscard]] transfer_coding transfer_coding_of(request const& request);

} // namespace tidings::detail
