// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/loop_state.hpp>

namespace tidings::detail {

/// Ends those connections of this loop that hold most, until the server holds no more than its budget: a
/// stream is cut as one whose own queue overflows, a request that is coming in is refused for a while. False
/// when nothing could be ended: what a handler is at work on is not.
bool relieve_buffers(loop_state& home);

} // namespace tidings::detail
