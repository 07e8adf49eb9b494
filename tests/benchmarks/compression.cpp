// SPDX-License-Identifier: BSL-1.0
// What compression costs and gains: `benchmark_compression [STREAMS]`. One event at a time goes to streams
// whose connection takes everything, as it is, in gzip and in zstd; CPU and bytes a delivery, for events of
// four sizes. Beside it what it takes to compress one event.
#include <tidings/http/request.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/stream/compression/compression.hpp>

#include "support/virtual_loop.hpp"
#include "support/willing_client.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <list>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;

namespace {

double cpu_seconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// JSON as applications send it: names that come again, and values that do not.
std::string json(std::size_t size, std::minstd_rand& random)
{
    std::string text = "[";
    while (text.size() < size)
        text += fmt::format(R"({{"symbol":"S{}","price":{}.{:02},"volume":{},"venue":"XETRA"}},)",
                            random() % 500, random() % 1'000, random() % 100, random() % 100'000);
    text.resize(size);
    return text;
}

tidings::request asking(std::string_view coding)
{
    auto asked = tidings::request::get("/");
    return coding.empty() ? std::move(asked) : std::move(asked).with_header("Accept-Encoding", coding);
}

asio::awaitable<void> attach(tidings::topic const& news, tidings::event_stream& out)
{
    news.attach(out);
    co_return;
}

struct figures
{
    double nanoseconds;
    double bytes;
};

figures deliver(std::size_t streams, std::size_t size, std::string_view coding)
{
    constexpr std::size_t events = 40;
    tidings::test::virtual_loop at;
    tidings::topic const news({.send_position = false, .compression = tidings::compression()});
    std::list<tidings::test::willing_client> clients;
    for (std::size_t i = 0; i < streams; ++i)
        at.start_coroutine(attach(news, clients.emplace_back(at.root, asking(coding)).out));
    at.settle();
    std::minstd_rand random(7); // NOLINT: the same in each run
    std::size_t const before = clients.front().connection.total;
    double spent = 0;
    for (std::size_t i = 0; i < events; ++i) {
        std::string const text = json(size, random);
        double const begin = cpu_seconds();
        news.publish({.data = text});
        at.settle();
        spent += cpu_seconds() - begin;
    }
    double const deliveries = static_cast<double>(events) * static_cast<double>(streams);
    return {1e9 * spent / deliveries,
            static_cast<double>(clients.front().connection.total - before) / static_cast<double>(events)};
}

double compress_one(std::size_t size, std::string_view coding)
{
    constexpr std::size_t rounds = 2'000;
    auto const chosen = tidings::compression()->choose(asking(coding));
    std::minstd_rand random(7); // NOLINT: the same in each run
    std::string const text = json(size, random);
    double const begin = cpu_seconds();
    for (std::size_t i = 0; i < rounds; ++i)
        (void)chosen->encode(text);
    return 1e6 * (cpu_seconds() - begin) / rounds;
}

} // namespace

int main(int argc, char** argv)
{
    std::size_t const streams = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
    fmt::print("{} streams\n{:>6} {:>6} {:>14} {:>8} {:>12} {:>9} {:>14}\n", streams, "event", "coding",
               "ns a delivery", "ratio", "bytes", "of plain", "us to compress");
    for (std::size_t const size : {120U, 500U, 2'000U, 8'000U}) {
        figures const plain = deliver(streams, size, "");
        fmt::print("{:6} {:>6} {:14.0f} {:>8} {:12.0f}\n", size, "none", plain.nanoseconds, "", plain.bytes);
        for (std::string_view const coding : {"gzip", "zstd"}) {
            figures const coded = deliver(streams, size, coding);
            fmt::print("{:6} {:>6} {:14.0f} {:8.2f} {:12.0f} {:8.0f}% {:14.1f}\n", size, coding,
                       coded.nanoseconds, coded.nanoseconds / plain.nanoseconds, coded.bytes,
                       100 * coded.bytes / plain.bytes, compress_one(size, coding));
        }
    }
}
