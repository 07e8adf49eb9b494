// SPDX-License-Identifier: BSL-1.0
// A channel of nothing carries no values.
// must not compile: excess elements|no matching function|too many initializers
#include <tidings/wait/channel.hpp>

bool signal(tidings::channel<void> changed)
{
    return changed.try_send(1);
}
