// SPDX-License-Identifier: BSL-1.0
// A vector owns its elements, and they are views.
// must not compile: a view, std::ref or char const\* would dangle in the task
#include <tidings/wait/spawn.hpp>

#include <string_view>
#include <vector>

boost::asio::awaitable<void> talk(tidings::context ctx, std::vector<std::string_view> words);

void handle(tidings::context ctx, std::vector<std::string_view> words)
{
    tidings::spawn(ctx, talk, words);
}
