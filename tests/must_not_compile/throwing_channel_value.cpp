// SPDX-License-Identifier: BSL-1.0
// A value that throws while it changes hands would be lost for both sides.
// must not compile: a channel's values must be nothrow-movable
#include <tidings/wait/channel.hpp>

struct fragile
{
    fragile() = default;
    fragile(fragile&&) noexcept(false) {}
    fragile& operator=(fragile&&) = default;
};

tidings::channel<fragile> values(1);
