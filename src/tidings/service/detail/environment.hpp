// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tidings::detail {

/// What systemd says to a process that it has started, in variables. A variable that is for another process,
/// one that has started this one, counts as missing.
struct environment
{
    std::string notify_socket{};                         ///< NOTIFY_SOCKET; empty: nobody wants to know
    std::optional<std::chrono::microseconds> watchdog{}; ///< WATCHDOG_USEC
    std::vector<std::string> sockets{};                  ///< a name for each of LISTEN_FDS
};

/// Gives the value of a variable, or null.
using lookup = std::function<char const*(char const*)>;
/// Throws `std::runtime_error` for a variable that makes no sense.
environment read_environment(lookup const& look_up, pid_t own);

} // namespace tidings::detail
