// SPDX-License-Identifier: BSL-1.0
// A context made from a scope that nobody keeps would have ended before its first use.
// must not compile: deleted
#include <tidings/wait/context.hpp>

#include <chrono>

void handle(tidings::context ctx)
{
    tidings::context limited = tidings::with_timeout(ctx, std::chrono::seconds(1));
    (void)limited;
}
