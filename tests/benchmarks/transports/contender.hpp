// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "audience.hpp"
#include "server_process.hpp"
#include "speech.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::benchmark {

inline constexpr std::size_t small_event = 80, large_event = 1024;

/// A server, and how it is spoken to.
struct contender
{
    std::string_view name;
    std::string program;
    speech how;
    std::size_t streams_a_connection = 1;
};

/// Those that can run here.
std::vector<contender> contenders();

/// Waits until the server has opened all of them.
void wait_until_open(server_process& server, audience const& all);

} // namespace tidings::benchmark
