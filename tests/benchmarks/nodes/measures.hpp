// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/engine_process.hpp"

/// What benchmark_nodes measures. Each prints a table.
namespace tidings::benchmark {

/// Two nodes of one hub: how long an event takes to those who follow at the node where it was published, and
/// at the other one, beside a topic in memory; how many events a second get through, and to how many
/// deliveries that comes; what the engine needs for an event.
void measure_deliveries(test::engine_process const& engine);

/// What an event costs the engine that many nodes follow.
void measure_many_nodes(test::engine_process const& engine);

/// A node that follows 10,000 topics, and whose engine is killed: how long until it follows them again, and
/// by how many commands.
void measure_return(test::engine_process& engine);

/// What 100,000 topics of one event take of the engine's memory.
void measure_memory(test::engine_process const& engine);

} // namespace tidings::benchmark
