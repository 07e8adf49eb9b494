// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/loop_state.hpp>

namespace tidings::detail {

/// Ends connections of this loop so that a newcomer can be served: of those that wait for a request the
/// longest idle ones, of the address that holds most of them; if there is none, the slowest of those whose
/// request is still coming in. Open streams and requests that are being answered are never ended. False when
/// nothing could be.
///
/// On a large server several idle ones go at once, since they all are looked at: so it costs a newcomer
/// little, however many there are.
bool make_room(loop_state& home);

} // namespace tidings::detail
