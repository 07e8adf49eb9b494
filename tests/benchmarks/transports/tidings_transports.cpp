// SPDX-License-Identifier: BSL-1.0
// Our server for benchmark_transports: `tidings_transports http1|http1-metrics|http1-tls|http2|http2-tls
// CHAIN KEY`. Says its port, and then does what the lines of its standard input say, until that ends:
//     publish SIZE   one event of that many bytes to all who have asked for /events
//     publish_json SIZE   one with JSON of that many bytes, compressed for those who want that, to all who
//                         have asked for /compressed
//     streams        says how many they are
//     heap           says how many bytes of heap are in use
//     held_up        publishes once each millisecond from now on, and says for how many microseconds of
//                    processor time something else has run between two of them at most
#include <tidings/metrics/metrics.hpp>
#include <tidings/net/tls/tls_context.hpp>
#include <tidings/server/http2/http2.hpp>
#include <tidings/stream/compression/compression.hpp>
#include <tidings/tidings.hpp>

#include "../json_event.hpp"
#include "event.hpp"
#include "speech.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <malloc.h>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// Publishes each millisecond, and notes the most processor time that something else has taken between two of
/// them: by so much a publish is late on a processor that nothing else uses.
class punctual_publisher
{
public:
    explicit punctual_publisher(asio::io_context& io) : timer_(io) {}

    long take_longest()
    {
        if (!std::exchange(has_begun_, true))
            wait();
        return std::exchange(longest_, 0);
    }

private:
    static long microseconds_used()
    {
        timespec used{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
        return used.tv_sec * 1'000'000 + used.tv_nsec / 1000;
    }

    void wait()
    {
        timer_.expires_after(1ms);
        timer_.async_wait([this](boost::system::error_code error) {
            if (error)
                return;
            longest_ = std::max(longest_, microseconds_used() - used_before_);
            news_.publish({.data = "now"});
            used_before_ = microseconds_used();
            wait();
        });
    }

    asio::steady_timer timer_;
    tidings::topic news_;
    long used_before_ = microseconds_used();
    long longest_ = 0;
    bool has_begun_ = false;
};

asio::awaitable<void> carry(tidings::topic const& news, tidings::context, tidings::request const&,
                            tidings::event_stream& out)
{
    news.attach(out);
    co_return;
}

/// What is published.
struct topics
{
    tidings::topic news{{.label = "news", .send_position = false}};
    tidings::topic compressed{{.send_position = false, .compression = tidings::compression()}};
};

// Its id always takes the same number of bytes.
void publish(tidings::topic& news, std::size_t number, std::size_t size)
{
    std::string const id = fmt::format("{:08}", number);
    std::string const data = tidings::benchmark::data_of_event(size, "id: " + id + "\n");
    news.publish({.id = id, .data = data});
}

void publish_json(tidings::topic& news, std::size_t number, std::size_t size)
{
    std::minstd_rand random(7); // NOLINT: the same each time
    std::string const data = tidings::benchmark::json(size, random);
    news.publish({.id = fmt::format("{:08}", number), .data = data});
}

void say(std::size_t number)
{
    std::printf("%zu\n", number);
    std::fflush(stdout);
}

asio::awaitable<void> obey(asio::io_context& io, tidings::server const& server, topics& all)
{
    asio::posix::stream_descriptor input(io, STDIN_FILENO);
    punctual_publisher punctual(io);
    std::string lines;
    std::size_t number = 0;
    for (;;) {
        boost::system::error_code error;
        auto waiting = asio::async_read_until(input, asio::dynamic_buffer(lines), '\n',
                                              asio::redirect_error(asio::deferred, error));
        std::size_t const size = co_await std::move(waiting);
        if (error)
            break;
        std::string const line = lines.substr(0, size);
        lines.erase(0, size);
        if (line.starts_with("publish "))
            publish(all.news, ++number, std::strtoull(line.c_str() + 8, nullptr, 10));
        else if (line.starts_with("publish_json "))
            publish_json(all.compressed, ++number, std::strtoull(line.c_str() + 13, nullptr, 10));
        else if (line == "streams\n")
            say(server.stats().streams);
        else if (line == "heap\n")
            say(::mallinfo2().uordblks + ::mallinfo2().hblkhd);
        else if (line == "held_up\n")
            say(static_cast<std::size_t>(punctual.take_longest()));
    }
    io.stop();
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 4)
        return std::fprintf(
                   stderr,
                   "usage: tidings_transports http1|http1-metrics|http1-tls|http2|http2-tls CHAIN KEY\n"),
               2;
    auto const how = tidings::benchmark::speech_of(argv[1]);
    tidings::endpoint where{.port = 0};
    if (how.is_tls)
        where.tls = std::make_shared<tidings::tls_context>(
            tidings::tls_options{.certificates = {{.chain_file = argv[2], .key_file = argv[3]}}});
    if (how.is_http2)
        where.http2 = tidings::http2({.prior_knowledge = true});
    tidings::server_options options{.keep_alive = 1h};         // its clients answer no pings
    options.log = [](tidings::log_level, std::string_view) {}; // thousands of one address are meant

    asio::io_context io(1);
    topics all;
    tidings::server server(io, where, options);
    server.get("/events", std::bind_front(carry, std::cref(all.news)));
    server.get("/compressed", std::bind_front(carry, std::cref(all.compressed)));
    if (how.is_counted)
        server.get("/metrics", tidings::metrics(server).add(all.news));
    server.start();
    asio::co_spawn(io, obey(io, server, all), asio::detached);
    say(server.port());
    io.run();
}
