// SPDX-License-Identifier: BSL-1.0
// Work of the server outlives the handler that starts it, and the text of an event.
// must not compile: a view, std::ref or char const\* would dangle in the task
#include <tidings/server/server.hpp>

boost::asio::awaitable<void> tell(tidings::context ctx, tidings::event what);

void handle(tidings::server& server, tidings::event what)
{
    server.spawn(tell, what);
}
