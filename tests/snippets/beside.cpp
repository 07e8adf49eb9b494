// SPDX-License-Identifier: BSL-1.0
// What the page on embedding shows of a server beside an application of several threads; run as a test.
#include <tidings/testing/client.hpp>
#include <tidings/tidings.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;

namespace {

asio::awaitable<void> stream_orders(tidings::topic const& orders, tidings::context ctx,
                                    tidings::event_stream& out)
{
    co_await orders.follow(ctx, out, tidings::from_oldest());
}

} // namespace

// The application's threads publish, and the server's own loop tells its clients.
TEST_CASE("a server beside an application of several threads")
{
    // [beside]
    asio::io_context application; // run by as many threads as the application likes
    tidings::topic orders;        // published to by any of them

    tidings::server server({.port = 0}, {.handle_signals = false});
    server.get("/orders", std::bind_front(stream_orders, orders));
    server.start();
    std::jthread serving([&server] { server.run(); }); // on its own loop

    auto work = asio::make_work_guard(application);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&application] { application.run(); });
    asio::post(application, [orders] { orders.publish({.data = "an order"}); });
    // [/beside]

    tidings::testing::client reading(server.port());
    reading.get("/orders");
    CHECK(reading.read_head().status() == 200);
    CHECK(reading.next_event()->data() == "an order");

    work.reset();
    server.stop();
}
