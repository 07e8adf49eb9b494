// SPDX-License-Identifier: BSL-1.0
// usage: benchmark_nodes
// What it costs that a hub has several nodes, with an engine that this program starts: Redis, or what
// TIDINGS_ENGINE names. All is on one machine and takes about a minute.
#include "measures.hpp"
#include "support/scratch_folder.hpp"

#include <fmt/format.h>

#include <cstdio>

using namespace tidings;

int main()
{
    if (!test::engine_process::is_installed())
        return std::fprintf(stderr, "there is no such engine on this machine\n"), 1;
    test::scratch_folder const folder;
    test::engine_process engine(folder.file("engine"), {"--appendonly", "yes", "--appendfsync", "everysec"});
    benchmark::measure_deliveries(engine);
    benchmark::measure_many_nodes(engine);
    engine.ask({"FLUSHALL"});
    benchmark::measure_memory(engine);
    engine.ask({"FLUSHALL"});
    benchmark::measure_return(engine);
}
