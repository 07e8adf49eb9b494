// SPDX-License-Identifier: BSL-1.0
// A wait that nobody awaits never happens.
// must not compile: ignoring return(ed)? value
#include <tidings/wait/ticker.hpp>

#include <chrono>

void handle(tidings::context ctx)
{
    tidings::ticker every_second(std::chrono::seconds(1));
    every_second.tick(ctx);
}
