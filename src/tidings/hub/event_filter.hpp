// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/sse/event_text.hpp>

#include <functional>

namespace tidings {

/// Says which events of a topic a follower gets; an empty one lets all pass. Comments and retry times are for
/// all, and it is not asked about them. Called on the follower's loop, once for each event; what it throws
/// ends the follower's stream as an error of its handler would (of a `subscription` see `receive`), so it had
/// better not throw.
using event_filter = std::function<bool(event_text const&)>;

} // namespace tidings
