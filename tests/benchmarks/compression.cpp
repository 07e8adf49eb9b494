// SPDX-License-Identifier: BSL-1.0
// What compression costs and gains: `benchmark_compression [STREAMS]`. Each event goes in turn to streams
// that get it as it is, in gzip and in zstd, over connections that take everything: CPU and bytes a delivery,
// for events of four sizes. Beside it what it takes to compress one event.
#include <tidings/http/request.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/stream/compression/compression.hpp>

#include "json_event.hpp"
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
using tidings::benchmark::json;

namespace {

double cpu_seconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
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

/// A topic with its streams, which all accept one coding.
class fan_out
{
public:
    fan_out(std::size_t streams, std::string_view coding)
    {
        for (std::size_t i = 0; i < streams; ++i)
            loop_.start_coroutine(attach(news_, clients_.emplace_back(loop_.root, asking(coding)).out));
        loop_.settle();
        before_ = clients_.front().connection.total;
    }

    void publish(std::string_view text)
    {
        double const begin = cpu_seconds();
        news_.publish({.data = text});
        loop_.settle();
        spent_ += cpu_seconds() - begin;
        ++events_;
    }

    double nanoseconds() const
    {
        return 1e9 * spent_ / (static_cast<double>(events_) * static_cast<double>(clients_.size()));
    }
    double bytes() const
    {
        return static_cast<double>(clients_.front().connection.total - before_) /
               static_cast<double>(events_);
    }

private:
    tidings::test::virtual_loop loop_;
    tidings::topic news_{{.send_position = false, .compression = tidings::compression()}};
    std::list<tidings::test::willing_client> clients_;
    std::size_t before_ = 0;
    std::size_t events_ = 0;
    double spent_ = 0;
};

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
    constexpr int events = 60;
    fmt::print("{} streams\n{:>6} {:>6} {:>14} {:>8} {:>12} {:>9} {:>14}\n", streams, "event", "coding",
               "ns a delivery", "ratio", "bytes", "of plain", "us to compress");
    for (std::size_t const size : {120U, 500U, 2'000U, 8'000U}) {
        fan_out plain(streams, "");
        fan_out gzip(streams, "gzip");
        fan_out zstd(streams, "zstd");
        std::minstd_rand random(7); // NOLINT: the same in each run
        for (int i = 0; i < events; ++i) {
            std::string const text = json(size, random);
            for (fan_out* const each : {&plain, &gzip, &zstd})
                each->publish(text);
        }
        fmt::print("{:6} {:>6} {:14.0f} {:>8} {:12.0f}\n", size, "none", plain.nanoseconds(), "",
                   plain.bytes());
        for (auto const& [coding, coded] : {std::pair{"gzip", &gzip}, {"zstd", &zstd}})
            fmt::print("{:6} {:>6} {:14.0f} {:8.2f} {:12.0f} {:8.0f}% {:14.1f}\n", size, coding,
                       coded->nanoseconds(), coded->nanoseconds() / plain.nanoseconds(), coded->bytes(),
                       100 * coded->bytes() / plain.bytes(), compress_one(size, coding));
    }
}
