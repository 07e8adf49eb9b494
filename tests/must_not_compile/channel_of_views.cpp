// SPDX-License-Identifier: BSL-1.0
// A view refers to text that may be gone when it is received.
// must not compile: a view, std::ref or char const\* would dangle on its way to the receiver
#include <tidings/wait/channel.hpp>

#include <string_view>

void hand_over(std::string_view text)
{
    tidings::channel<std::string_view> words(1);
    (void)words.try_send(text);
}
