// SPDX-License-Identifier: BSL-1.0
// What the page about metrics shows. Compiled, not run.
// [serve]
#include <tidings/metrics/metrics.hpp>

void serve_metrics(tidings::server& server, tidings::topic_registry const& topics)
{
    server.get("/metrics", tidings::metrics(server, topics));
}
// [/serve]

// [more]
void serve_more(tidings::server& server, tidings::topic_registry const& topics,
                tidings::topic_registry const& others)
{
    tidings::topic const clock({.label = "clock"});
    server.get("/metrics", tidings::metrics(server, topics).add(others).add(clock));
}
// [/more]
