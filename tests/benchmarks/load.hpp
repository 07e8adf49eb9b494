// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

/// What the programs that load a server from outside have in common. They are run by hand, one at a time:
/// what goes wrong ends them, with a message.
namespace tidings::benchmark {

[[noreturn]] void fail(char const* what);

/// The processor time that the process has used, in seconds.
double cpu_seconds(pid_t process);

/// A blocking socket to a server on this machine; it is closed with the process.
int connect_to(std::uint16_t port);

/// Sends a request without a body. `line` is the method and the target.
void ask(int fd, std::string const& line);

} // namespace tidings::benchmark
