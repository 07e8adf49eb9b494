// SPDX-License-Identifier: BSL-1.0
// Calls the members of a server that are safe from any thread, from several threads and beside its clients,
// for the thread sanitizer. Prints what it counted; fails when a task or the end of a stream is missing.
// Usage: server_calls [rounds]
#include <tidings/middleware/authenticate.hpp>
#include <tidings/middleware/cors.hpp>
#include <tidings/server/server.hpp>
#include <tidings/testing/client.hpp>
#include <tidings/wait/after.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

struct counts
{
    std::atomic<int> tasks = 0;
    std::atomic<int> streams = 0;
    std::atomic<int> ends = 0;
    std::atomic<int> adopted = 0;
    std::atomic<int> returned = 0;
};

asio::awaitable<void> count_task(tidings::context, counts* all)
{
    ++all->tasks;
    co_return;
}

asio::awaitable<void> stay_open(counts& all, tidings::context ctx, tidings::request const&,
                                tidings::event_stream& out)
{
    ++all.streams;
    co_await out.open();
    tidings::after never(std::chrono::hours(10));
    co_await never.wait(ctx);
}

tidings::server_options two_loops(counts& all)
{
    tidings::server_options options{.loops = 2, .handle_signals = false};
    options.on_stream_end = [&all](tidings::stream_end const& over) { all.ends += over.is_stream ? 1 : 0; };
    options.log = {};
    return options;
}

tidings::admission name_all(tidings::request& asked)
{
    asked.set_principal("ada");
    return tidings::admission::granted;
}

// Opens streams one after the other, and ends all that there are.
void read_streams(tidings::server& server, int rounds)
{
    for (int i = 0; i < rounds; ++i) {
        tidings::testing::client reading(server.port());
        reading.get("/");
        (void)reading.read_head();
        (void)server.stats();
        server.end_streams("ada");
        (void)reading.read_body();
    }
}

// Accepts connections of its own for the server.
void adopt_connections(tidings::server& server, counts& all, int rounds)
{
    asio::io_context io;
    tcp::acceptor own(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    for (int i = 0; i < rounds; ++i) {
        tcp::socket client(io);
        client.connect(own.local_endpoint());
        server.adopt(own.accept());
        asio::write(client, asio::buffer(std::string("GET /nowhere HTTP/1.0\r\n\r\n")));
        std::string answer;
        boost::system::error_code error;
        asio::read(client, asio::dynamic_buffer(answer), error);
        all.adopted += answer.starts_with("HTTP/1.1 404 ") ? 1 : 0;
    }
}

// The same, and each comes back with its request.
void lend_connections(tidings::server& server, counts& all, int rounds)
{
    asio::io_context io;
    auto const work = asio::make_work_guard(io);
    tcp::acceptor own(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    for (int i = 0; i < rounds; ++i) {
        tcp::socket client(io);
        client.connect(own.local_endpoint());
        server.adopt(own.accept(), "GET /nowhere ", [&all](tcp::socket back, std::string const& bytes) {
            all.returned += back.is_open() && bytes.starts_with("GET /nowhere HTTP/1.0\r\n") ? 1 : 0;
        });
        asio::write(client, asio::buffer(std::string("HTTP/1.0\r\n\r\n")));
        io.run_one();
    }
}

} // namespace

int main(int argc, char** argv)
{
    int const rounds = argc > 1 ? std::atoi(argv[1]) : 100;
    counts all;
    tidings::server server(tidings::endpoint{.port = 0}, two_loops(all));
    server.check(tidings::cors({.origins = {"https://app.example"}}));
    server.check(tidings::authenticate(name_all));
    server.get("/", std::bind_front(stay_open, std::ref(all)));
    server.start();
    std::jthread running([&server] { server.run(); });
    {
        std::vector<std::jthread> callers;
        for (int i = 0; i < 2; ++i) {
            callers.emplace_back([&] { read_streams(server, rounds); });
            callers.emplace_back([&] {
                for (int round = 0; round < rounds; ++round)
                    server.spawn(count_task, &all);
            });
        }
        callers.emplace_back([&] { adopt_connections(server, all, rounds); });
        callers.emplace_back([&] { lend_connections(server, all, rounds); });
    }
    std::jthread const stopping([&server] { server.stop(); });
    server.stop();
    running.join();
    fmt::print("{} tasks, {} streams, {} adopted, {} returned\n", all.tasks.load(), all.streams.load(),
               all.adopted.load(), all.returned.load());
    int const twice = 2 * rounds;
    bool const is_whole = all.tasks == twice && all.streams == twice && all.ends == twice &&
                          all.adopted == rounds && all.returned == rounds;
    return is_whole ? 0 : 1;
}
