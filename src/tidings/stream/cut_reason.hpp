// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace tidings {

/// Why a stream is cut: ended without a proper end, so that the client comes back.
enum class cut_reason : std::uint8_t
{
    write_timeout,  ///< the peer took nothing, or too little, while bytes were waiting
    queue_overflow, ///< more was waiting than the stream may hold
    handler_failed, ///< the handler threw after the head
    behind,         ///< a subscriber fell out of a topic's history
};

} // namespace tidings
