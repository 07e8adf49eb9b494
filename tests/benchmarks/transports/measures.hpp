// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What benchmark_transports measures. Each prints a table; the certificate of the servers is in that folder.
namespace tidings::benchmark {

/// CPU a delivery, the delay of deliveries, what a stream takes to open and holds, of all contenders by
/// turns.
void measure_deliveries(std::string const& certificates, std::size_t streams, int repeats);

/// CPU and bytes a delivery over HTTP/1.1 of compressed events, beside the same events as they are.
void measure_compression(std::string const& certificates, std::size_t streams, int repeats);

/// CPU a handshake, full and resumed, beside the bare loop's; and what a publish waits for while many are
/// made.
void measure_handshakes(std::string const& certificates, int repeats);

/// User instructions a delivery, of the contenders with that in their names, counted by valgrind. Profiles
/// are left in the working directory.
void count_instructions(std::string const& certificates, std::string_view part_of_name);

} // namespace tidings::benchmark
