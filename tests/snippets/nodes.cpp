// SPDX-License-Identifier: BSL-1.0
// What the page about several nodes shows. Compiled, not run.
#include <tidings/hub/redis/redis_store.hpp>
#include <tidings/hub/topic_registry.hpp>

// [make]
tidings::topic_registry shared_topics()
{
    tidings::topic_registry all;
    all.add("{name...}", {.max_events = 1'000, .store = tidings::redis_store("redis://10.0.0.7:6379")});
    return all;
}
// [/make]
