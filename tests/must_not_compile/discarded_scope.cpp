// SPDX-License-Identifier: BSL-1.0
// A scope that is not kept has ended before the next line.
// must not compile: ignoring return(ed)? value
#include <tidings/wait/context.hpp>

#include <chrono>

void handle(tidings::context ctx)
{
    tidings::with_timeout(ctx, std::chrono::seconds(1));
}
