// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <string_view>

namespace tidings {

/// How much a message matters.
enum class log_level
{
    debug,
    info,
    warning, ///< something a person should look at; the server goes on as designed
    error,   ///< a handler failed, or the system refused something
};

/// Where a server's messages go: one line each, without a line end. Called from the threads of its loops, so
/// it must be thread-safe, and quick. One that throws costs nobody anything: its message goes to
/// `log_to_stderr` instead.
///
/// Clients cannot flood it: of the lines of one kind that they can cause, ten are written in ten seconds, and
/// the next one says how many were left out: "… (and 312 more like it in the last 10 s)".
using log_hook = std::function<void(log_level, std::string_view)>;

/// Writes warnings and errors to the standard error output: the hook that a server has unless it is given
/// another. What cannot be written is lost.
void log_to_stderr(log_level level, std::string_view message);

} // namespace tidings
