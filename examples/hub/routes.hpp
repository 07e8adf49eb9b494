// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/server.hpp>

#include "event_hub.hpp"

#include <string>
#include <vector>

namespace hub {

/// Everything that is asked for over HTTP. `events` outlives the server.
void add_routes(tidings::server& server, event_hub& events, std::vector<std::string> const& origins);

} // namespace hub
