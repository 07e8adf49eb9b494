// SPDX-License-Identifier: BSL-1.0
// What the page about durable history shows. Compiled, not run.
#include <tidings/hub/sqlite/sqlite_log.hpp>
#include <tidings/hub/topic.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>

void make()
{
    // [make]
    tidings::sqlite_log log("events.db"); // before the topics that use it, so that it outlives them
    tidings::topic news({.name = "news", .log = &log});
    // [/make]
}

void make_with_options()
{
    // [options]
    tidings::sqlite_log log(
        "events.db",
        {.max_queued_events = 50'000, .queue_bytes = 64 * 1024 * 1024, .wal_bytes = 16 * 1024 * 1024});
    // [/options]
}

// [copy]
void make_copy(tidings::sqlite_log& log, std::string const& path)
{
    try {
        log.copy_to(path); // blocks: call it by run_blocking, or from a thread of yours
    } catch (std::runtime_error const& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
}
// [/copy]
