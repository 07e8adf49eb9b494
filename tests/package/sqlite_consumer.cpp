// SPDX-License-Identifier: BSL-1.0
// A user's program with a durable log, which needs no header of SQLite.
#include <tidings/hub/sqlite/sqlite_log.hpp>

#include <cstdio>

int main()
{
    tidings::sqlite_log log("consumer.db");
    return std::puts(log.open("news").epoch.c_str()) < 0;
}
