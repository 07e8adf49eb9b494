// SPDX-License-Identifier: BSL-1.0
// The clock once more, with `import tidings;` instead of headers. Asio is still included, and first.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <fmt/chrono.h>

#include <chrono>
#include <coroutine>
#include <cstdlib>

import tidings;

using namespace std::chrono_literals;

boost::asio::awaitable<void> tell_time(tidings::context ctx, tidings::event_stream& out)
{
    tidings::ticker every_second(1s);
    while (co_await every_second.tick(ctx)) {
        auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        co_await out.send({.data = fmt::format("{:%FT%TZ}", fmt::gmtime(now))});
    }
}

int main(int argc, char** argv)
{
    auto const port =
        argc > 2 ? static_cast<unsigned short>(std::atoi(argv[2])) : 8080; // import_tidings --port 8080
    tidings::server server({.port = static_cast<unsigned short>(port)});
    server.get("/", tell_time);
    server.start();
    fmt::print("http://127.0.0.1:{}/\n", server.port());
    server.run();
}
