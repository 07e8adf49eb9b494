// SPDX-License-Identifier: BSL-1.0
// Two things have to be the same on both sides of a shared library: the types of exceptions, and what Asio
// knows of a thread.
#include <tidings/hub/topic_registry.hpp>
#include <tidings/server/server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstdio>
#include <exception>
#include <typeinfo>

namespace {

namespace asio = boost::asio;

bool catches_what_the_library_throws()
{
    tidings::topic_registry const all({.max_topics = 0});
    all.add("{name}");
    try {
        all.get("news")->publish({.data = "x"});
    } catch (tidings::too_many_topics const& refused) {
        std::exception const& base = refused;
        return typeid(base) == typeid(tidings::too_many_topics);
    }
    return false;
}

// The library runs the loop, and the program asks whether this thread does. Were there two copies of what
// Asio notes down for each thread, it would be told no, and each dispatch would wait for its turn in the
// queue.
asio::awaitable<void> ask_and_stop(tidings::context, tidings::server* server, bool* is_known)
{
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    auto& loop = static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
    *is_known = loop.get_executor().running_in_this_thread();
    server->stop();
}

bool knows_the_loop_that_the_library_runs()
{
    bool is_known = false;
    tidings::server server({.port = 0});
    server.start();
    server.spawn(ask_and_stop, &server, &is_known);
    server.run();
    return is_known;
}

} // namespace

int main()
{
    bool const is_caught = catches_what_the_library_throws();
    bool const is_known = knows_the_loop_that_the_library_runs();
    std::printf("caught: %d, the loop is known: %d\n", is_caught, is_known);
    return is_caught && is_known ? 0 : 1;
}
