// SPDX-License-Identifier: BSL-1.0
// One subscriber that never reads, among many: what it costs in memory, and what the others notice. Runs
// without it and with it, and prints both. The heap is that of servers and readers. Fails when the slow one
// costs more than a stream, or when an event is missing. Usage: slow_reader [subscribers] [events]
#include <tidings/hub/topic.hpp>
#include <tidings/sse/event_parser.hpp>
#include <tidings/testing/client.hpp>

#include "support/server_fixture.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <malloc.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using real = tidings::clock;

namespace {

constexpr std::size_t history_bytes = 1024 * 1024;
constexpr std::size_t payload_size = 16 * 1024;
// The kernel itself takes up to 4 MiB for a reader: what is published must be more than that and the history.
constexpr std::size_t fewest_events = 500;
// What one stream may cost: what waits for it is the topic's history, which is there anyway.
constexpr std::size_t cost_of_one = 128 * 1024;
// The others never fall behind: before the next event each has got all but so many, of the 64 that the
// history holds.
constexpr std::size_t events_under_way = 4;

asio::awaitable<void> hand_over(tidings::topic& news, tidings::context, tidings::request const&,
                                tidings::event_stream& out)
{
    news.attach(out);
    co_return;
}

/// Reads all the time, and notes how old each event is when it comes.
class reader
{
public:
    reader(asio::io_context& io, std::uint16_t port, std::vector<std::int64_t>& ages)
        : socket_(io), ages_(ages)
    {
        socket_.connect({asio::ip::address_v4::loopback(), port});
        asio::write(socket_, asio::buffer(std::string_view("GET / HTTP/1.0\r\nHost: x\r\n\r\n")));
        read();
    }

    std::uint64_t events = 0;

private:
    void read()
    {
        socket_.async_read_some(asio::buffer(buffer_),
                                [this](boost::system::error_code error, std::size_t size) {
                                    if (error)
                                        return;
                                    std::string_view bytes(buffer_.data(), size);
                                    skip_head(bytes);
                                    while (auto const event = parser_.next(bytes))
                                        take(event->data());
                                    read();
                                });
    }

    void skip_head(std::string_view& bytes)
    {
        constexpr std::string_view end_of_head = "\r\n\r\n";
        for (; seen_of_end_ < end_of_head.size() && !bytes.empty(); bytes.remove_prefix(1))
            seen_of_end_ =
                bytes.front() == end_of_head[seen_of_end_] ? seen_of_end_ + 1 : bytes.front() == '\r';
    }

    void take(std::string const& data)
    {
        ++events;
        ages_.push_back(real::now().time_since_epoch().count() - std::strtoll(data.c_str(), nullptr, 10));
    }

    tcp::socket socket_;
    std::vector<std::int64_t>& ages_;
    std::array<char, 16 * 1024> buffer_;
    std::size_t seen_of_end_ = 0;
    tidings::event_parser parser_;
};

struct outcome
{
    std::size_t heap_growth;
    double median, p99; // milliseconds
    std::uint64_t events;
    std::size_t lagging;
};

outcome run(std::size_t subscribers, std::size_t events, bool with_slow_reader)
{
    using namespace std::chrono_literals;
    tidings::topic news({.max_events = events,
                         .history_bytes = history_bytes,
                         .send_position = false,
                         .overflow = tidings::overflow::drop_oldest});
    tidings::server_options options = tidings::test::server_fixture::brisk();
    options.write_timeout = 60s; // the slow reader stays for the whole run
    tidings::test::server_fixture fixture(options);
    fixture.routes().get("/", std::bind_front(hand_over, std::ref(news)));
    fixture.start();

    std::vector<std::int64_t> ages;
    ages.reserve(subscribers * events);
    asio::io_context io(1);
    std::vector<std::unique_ptr<reader>> readers;
    for (std::size_t i = 0; i < subscribers; ++i)
        readers.push_back(std::make_unique<reader>(io, fixture.port(), ages));
    std::optional<tidings::testing::client> slow;
    if (with_slow_reader) {
        slow.emplace(fixture.connect({.receive_buffer = 4'096}));
        slow->get("/");
    }
    std::size_t const all = subscribers + with_slow_reader;
    fixture.wait_for_stats([all](auto const& now) { return now.streams == all; });

    outcome result{};
    std::string payload(payload_size, 'x');
    auto const heap = ::mallinfo2().uordblks;
    // False when the readers have not got there within the limit.
    auto const read_until_all_have = [&](std::size_t count) {
        auto const deadline = real::now() + 60s;
        auto const has_enough = [count](auto const& each) { return each->events >= count; };
        while (!std::all_of(readers.begin(), readers.end(), has_enough)) {
            if (real::now() >= deadline)
                return false;
            io.run_one_for(100ms);
        }
        return true;
    };
    for (std::size_t i = 0; i < events; ++i) {
        if (i >= events_under_way && !read_until_all_have(i - events_under_way))
            break;
        std::string const stamp = fmt::format("{} ", real::now().time_since_epoch().count());
        payload.replace(0, stamp.size(), stamp);
        news.publish({.data = payload});
    }
    read_until_all_have(events);
    auto const grown = ::mallinfo2().uordblks;
    result.heap_growth = grown > heap ? grown - heap : 0;
    result.lagging = news.stats().lagging;
    std::sort(ages.begin(), ages.end());
    result.events = ages.size();
    if (!ages.empty()) {
        result.median = static_cast<double>(ages[ages.size() / 2]) / 1e6;
        result.p99 = static_cast<double>(ages[ages.size() * 99 / 100]) / 1e6;
    }
    return result;
}

} // namespace

int main(int argc, char** argv)
{
    std::size_t const subscribers = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000;
    std::size_t const events = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : fewest_events;
    bool is_good = true;
    std::array<std::size_t, 2> heap_growth{};
    for (bool const with_slow_reader : {false, true}) {
        auto const seen = run(subscribers, events, with_slow_reader);
        fmt::print("slow_reader: {} readers, {} that never reads: {} of {} events, {} lagging; heap +{} KiB; "
                   "median {:.2f} ms, p99 {:.2f} ms\n",
                   subscribers, with_slow_reader ? "one" : "none", seen.events, subscribers * events,
                   seen.lagging, seen.heap_growth / 1024, seen.median, seen.p99);
        is_good &= seen.events == subscribers * events && seen.lagging == with_slow_reader;
        heap_growth[with_slow_reader] = seen.heap_growth;
    }
    is_good &= heap_growth[1] < heap_growth[0] + cost_of_one;
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
