// SPDX-License-Identifier: BSL-1.0
// Serves /events, a compressed topic, on a free port. Says where; each line of its input is published; at
// the end of its input the topic is closed, and then the server.
#include <tidings/hub/topic.hpp>
#include <tidings/server/server.hpp>
#include <tidings/stream/compression/compression.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <thread>

namespace asio = boost::asio;

namespace {

asio::awaitable<void> hand_over(tidings::topic const& news, tidings::context, tidings::request const&,
                                tidings::event_stream& out)
{
    news.attach(out, tidings::from_oldest());
    co_return;
}

} // namespace

int main()
try {
    tidings::topic const news({.send_position = false, .compression = tidings::compression()});
    tidings::server server({.port = 0});
    server.get("/events", std::bind_front(hand_over, std::cref(news)));
    server.start();
    std::printf("%d\n", static_cast<int>(server.port()));
    std::fflush(stdout);
    std::jthread const publisher([&] {
        for (std::string line; std::getline(std::cin, line);)
            news.publish({.data = line});
        news.close();
        server.stop();
    });
    server.run();
} catch (std::exception const& failed) {
    std::fprintf(stderr, "%s\n", failed.what());
    return 1;
}
