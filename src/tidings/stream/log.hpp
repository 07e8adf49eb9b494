// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <string_view>

namespace tidings {

/// The severity of a message.
enum class log_level
{
    debug,
    info,
    warning, ///< somebody should look at it; the server continues as designed
    error,   ///< a handler failed, or the system refused something
};

/// Receives a server's messages: one line each, without a line end. Called from the threads of its loops, so
/// it must be thread-safe, and fast. If it throws, nothing else is affected: the message goes to
/// `log_to_stderr` instead.
///
/// Clients cannot flood it: of each kind of line that they can cause, ten are written in ten seconds, and the
/// next one reports how many were left out: "… (and 312 more like it in the last 10 s)".
using log_hook = std::function<void(log_level, std::string_view)>;

/// Writes warnings and errors to standard error: the default hook of a server. What cannot be written is
/// lost.
void log_to_stderr(log_level level, std::string_view message);

} // namespace tidings
