// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/server.hpp>

#include "event_hub.hpp"
#include "options.hpp"

namespace hub {

/// Everything that is asked for over HTTP. `events` outlives the server.
void add_routes(tidings::server& server, event_hub& events, options const& chosen);

} // namespace hub
