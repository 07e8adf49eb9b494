// SPDX-License-Identifier: BSL-1.0
// A first test of a user's handler, with the one header of the component.
#include <tidings/testing.hpp>

#include <boost/asio/awaitable.hpp>

boost::asio::awaitable<void> greet(tidings::context, tidings::request const&, tidings::event_stream& out)
{
    co_await out.send({.data = "hello"});
}

int main()
{
    tidings::testing::virtual_time time;
    tidings::testing::stream client(time, greet, tidings::request::get("/"));
    auto const event = client.next_event();
    return event && event->data() == "hello" && client.is_over() ? 0 : 1;
}
