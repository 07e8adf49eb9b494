// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace tidings {

/// Why `follow` came back.
enum class follow_end
{
    closed,        ///< the topic is closed, and everything in it has been handed to the connection
    context_ended, ///< the context ended; the stream is the handler's again, for a farewell
    stream_ended,  ///< the client left, or was cut because it fell behind the history
    disconnected,  ///< the topic sent its followers away; the stream is the handler's, its client comes back
};

} // namespace tidings
