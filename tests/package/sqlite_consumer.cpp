// SPDX-License-Identifier: BSL-1.0
// A user's program with a durable store, which needs no header of SQLite.
#include <tidings/hub/sqlite/sqlite_store.hpp>
#include <tidings/hub/topic_registry.hpp>

#include <cstdio>
#include <memory>

int main()
{
    tidings::topic_registry all;
    all.add("{name...}", {.store = std::make_shared<tidings::sqlite_store>("consumer.db")});
    return std::puts(all.open_blocking("news")->position().c_str()) < 0;
}
