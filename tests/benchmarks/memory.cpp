// SPDX-License-Identifier: BSL-1.0
// What an idle stream costs in heap, and in blocks of which sizes: `benchmark_memory [STREAMS]`. The clients
// are in a child process; what is counted is what the allocator was asked for, with its own 8 bytes for each
// block.
#include <tidings/hub/detail/follower.hpp>
#include <tidings/server/detail/http1_connection.hpp>
#include <tidings/tidings.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <malloc.h>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// The allocator under glibc's names, so that malloc, operator new and aligned allocation are all seen.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace {

// Live blocks by their usable size, in steps of 16; the last place is for the larger ones.
constexpr std::size_t step = 16;
std::array<std::atomic<long>, 1024> live;
std::atomic<long> live_bytes;

void count(void* block, long by) noexcept
{
    if (!block)
        return;
    std::size_t const size = malloc_usable_size(block) + sizeof(std::size_t);
    live[std::min(size / step, live.size() - 1)] += by;
    live_bytes += by * static_cast<long>(size);
}

} // namespace

extern "C" {
void* malloc(std::size_t size) noexcept
{
    void* const block = __libc_malloc(size);
    count(block, 1);
    return block;
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    void* const block = __libc_memalign(alignment, size);
    count(block, 1);
    return block;
}
void free(void* block) noexcept
{
    count(block, -1);
    __libc_free(block);
}
}

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

asio::awaitable<void> carry(tidings::topic const& news, tidings::context, tidings::request const&,
                            tidings::event_stream& out)
{
    news.attach(out);
    co_return;
}

// The yardstick: one ticker, and a select of two cases.
asio::awaitable<void> wait_in_a_select(tidings::channel<int> const& updates, tidings::context ctx,
                                       tidings::request const&, tidings::event_stream& out)
{
    tidings::ticker hourly(1h);
    co_await out.open();
    while (auto next = co_await tidings::select(ctx, updates, hourly))
        co_await out.send({.data = "woken"});
}

// Connects, reads each stream's head, and holds them all until it is told to end.
[[noreturn]] void be_the_clients(std::uint16_t port, std::string_view path, int streams, int tell)
{
    asio::io_context io;
    std::vector<asio::ip::tcp::socket> all;
    std::string_view const trace = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n";
    std::string const asked = fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", path,
                                          path == "/recorded" ? trace : std::string_view());
    for (int i = 0; i < streams; ++i) {
        auto& socket = all.emplace_back(io);
        socket.connect({asio::ip::address_v4::loopback(), port});
        asio::write(socket, asio::buffer(asked));
        std::array<char, 1024> head;
        socket.read_some(asio::buffer(head));
    }
    (void)!::write(tell, "", 1);
    ::pause();
    std::abort();
}

using blocks = std::array<long, live.size()>;

blocks take_stock()
{
    blocks now;
    for (std::size_t i = 0; i < now.size(); ++i)
        now[i] = live[i];
    return now;
}

std::string_view name_of(std::size_t size)
{
    auto const is = [size](std::size_t object) { return size == (object + 8 + step - 1) / step * step; };
    if (is(sizeof(tidings::detail::http1_connection)))
        return "connection, with its writer";
    if (is(sizeof(tidings::detail::exchange)))
        return "exchange: request, stream, handler's state";
    if (is(sizeof(tidings::detail::context_state)))
        return "context";
    return "";
}

void measure(tidings::server const& server, std::string_view path, int streams)
{
    while (server.stats().connections != 0) // those of the measurement before
        std::this_thread::yield();
    std::uint16_t const port = server.port();
    int ready[2];
    if (::pipe(ready) != 0)
        std::abort();
    blocks const before = take_stock();
    long const bytes_before = live_bytes;
    pid_t const clients = ::fork();
    if (clients == 0)
        be_the_clients(port, path, streams, ready[1]);
    char told = 0;
    (void)!::read(ready[0], &told, 1);
    blocks const with = take_stock();
    fmt::print("{}: {:.0f} bytes a stream\n", path, static_cast<double>(live_bytes - bytes_before) / streams);
    for (std::size_t i = 0; i < with.size(); ++i) {
        double const a_stream = static_cast<double>(with[i] - before[i]) / streams;
        if (a_stream > 0.05)
            fmt::print("  {:5.2f} blocks of {:4} B  {}\n", a_stream, i * step, name_of(i * step));
    }
    ::kill(clients, SIGKILL);
    ::waitpid(clients, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
}

} // namespace

int main(int argc, char** argv)
{
    int const streams = argc > 1 ? std::atoi(argv[1]) : 5000;
    tidings::topic news;
    tidings::channel<int> updates;
    tidings::server_options options{.handle_signals = false};
    options.log = [](tidings::log_level, std::string_view) {};
    tidings::server server({.port = 0}, options);
    server.get("/attached", std::bind_front(carry, std::cref(news)));
    server.get("/select", std::bind_front(wait_in_a_select, std::cref(updates)));
    server.start();
    std::jthread const serving([&server] { server.run(); });
    measure(server, "/attached", streams);
    measure(server, "/select", streams);
    server.stop();

    // With a record of each stream: its trace, its principal, a hook for its end.
    options.on_stream_end = [](tidings::stream_end const&) {};
    tidings::server recording({.port = 0}, options);
    recording.check([](tidings::request& asked, tidings::headers&) -> std::optional<tidings::response> {
        asked.set_principal("somebody");
        return std::nullopt;
    });
    recording.get("/recorded", std::bind_front(carry, std::cref(news)));
    recording.start();
    std::jthread const serving_too([&recording] { recording.run(); });
    while (server.stats().connections != 0)
        std::this_thread::yield();
    measure(recording, "/recorded", streams);
    recording.stop();
}
