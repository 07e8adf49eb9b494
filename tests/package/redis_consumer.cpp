// SPDX-License-Identifier: BSL-1.0
// A user's program that shares topics over an engine, which needs no header of hiredis.
#include <tidings/hub/redis/redis_store.hpp>

#include <cstdio>
#include <stdexcept>

int main()
{
    try {
        (void)tidings::redis_store("rediss://127.0.0.1?ca=");
        return 1;
    } catch (std::invalid_argument const& refused) {
        return std::puts(refused.what()) < 0;
    }
}
