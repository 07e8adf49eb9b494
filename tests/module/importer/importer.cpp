// SPDX-License-Identifier: BSL-1.0
// A user's program on the installed module: a select, a topic and a parser, reached through `import` alone.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <coroutine>
#include <cstdlib>
#include <string>

import tidings;

boost::asio::awaitable<void> receive_or_tick(tidings::context ctx, tidings::channel<std::string> words,
                                             bool& both)
{
    bool received = false;
    bool ticked = false;
    tidings::ticker soon(std::chrono::milliseconds(1));
    while (!(received && ticked)) {
        auto next = co_await tidings::select(ctx, words, soon);
        if (auto* const word = next.from(words))
            received = *word == "hello";
        else
            ticked = next.from(soon);
    }
    both = true;
}

int main()
{
    boost::asio::io_context loop;
    auto const root = tidings::context::root(loop.get_executor());
    tidings::channel<std::string> words(1);
    bool both = false;
    boost::asio::co_spawn(loop, receive_or_tick(root, words, both), boost::asio::detached);
    if (!words.try_send("hello"))
        return EXIT_FAILURE;
    loop.run();

    tidings::topic topic;
    auto const published = topic.publish({.data = "x"});
    return both && published.id == topic.position() ? EXIT_SUCCESS : EXIT_FAILURE;
}
