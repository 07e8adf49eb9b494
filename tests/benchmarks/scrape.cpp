// SPDX-License-Identifier: BSL-1.0
// What a scrape of `tidings::metrics` costs a server with many streams and topics, and for how long of it
// publishers wait: benchmark_scrape [streams] [topics]. Its clients are a process of their own.
#include <tidings/hub/internal/figures.hpp>
#include <tidings/metrics/metrics.hpp>
#include <tidings/testing/client.hpp>

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

double cpu_seconds(clockid_t of = CLOCK_PROCESS_CPUTIME_ID)
{
    timespec now{};
    ::clock_gettime(of, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void measure(char const* what, int times, std::function<std::size_t()> const& act)
{
    std::size_t bytes = act();
    double const cpu = cpu_seconds();
    auto const begin = std::chrono::steady_clock::now();
    for (int i = 0; i < times; ++i)
        bytes = act();
    double const wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    fmt::print("{:<36} {:8.1f} us CPU {:8.1f} us wall {:8} bytes\n", what,
               (cpu_seconds() - cpu) * 1e6 / times, wall * 1e6 / times, bytes);
}

// A walk calls nobody while it has the lock, so the lock is held for no longer than between two calls.
void measure_lock(tidings::topic_registry const& topics)
{
    std::vector<double> longest;
    for (int i = 0; i < 101; ++i) {
        double before = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
        double gap = 0;
        tidings::internal::for_each_topic(topics, [&](tidings::internal::seen_topic const&) {
            double const now = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
            gap = std::max(gap, now - before);
            before = now;
        });
        longest.push_back(gap);
    }
    std::ranges::sort(longest);
    fmt::print("the registry's lock at most             {:8.1f} us CPU, the median of {} walks\n",
               longest[longest.size() / 2] * 1e6, longest.size());
}

void follow_until(int closed, int port_source, std::size_t streams, std::size_t topics)
{
    std::uint16_t port = 0;
    if (::read(port_source, &port, sizeof port) != sizeof port)
        return;
    std::deque<tidings::testing::client> all;
    for (std::size_t i = 0; i < streams; ++i) {
        all.emplace_back(port);
        all.back().get("/t/" + std::to_string(i % topics));
        (void)all.back().read_head();
    }
    char byte = 0;
    (void)!::read(closed, &byte, 1); // until the server's process has measured
}

asio::awaitable<void> follow(tidings::topic_registry topics, tidings::context, tidings::request const& asked,
                             tidings::event_stream& out)
{
    topics.get("t/" + asked.param("id"))->attach(out);
    co_return;
}

} // namespace

int main(int count, char** arguments)
{
    std::size_t const streams = count > 1 ? std::stoul(arguments[1]) : 10'000;
    std::size_t const topic_count = count > 2 ? std::stoul(arguments[2]) : 1'000;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    int ports[2];
    int end[2];
    if (::pipe(ports) != 0 || ::pipe(end) != 0)
        return 1;
    ::pid_t const clients = ::fork();
    if (clients == 0) {
        ::close(end[1]);
        follow_until(end[0], ports[0], streams, topic_count);
        ::_exit(0);
    }
    tidings::topic_registry const topics;
    topics.add("t/{id}");
    std::vector<tidings::topic> held;
    for (std::size_t i = 0; i < topic_count; ++i) {
        held.push_back(*topics.get("t/" + std::to_string(i)));
        held.back().publish({.data = std::string(64, 'x')});
    }
    tidings::server server(tidings::server_options{.listen = {{.port = 0}}, .handle_signals = false});
    server.get("/t/{id}", std::bind_front(follow, topics));
    server.get("/metrics", tidings::metrics(server, topics));
    server.start();
    std::jthread const serving([&] { server.run(); });
    std::uint16_t const port = server.port();
    (void)!::write(ports[1], &port, sizeof port);
    while (server.stats().streams < streams)
        std::this_thread::sleep_for(10ms);
    fmt::print("{} streams, {} topics\n", streams, topic_count);
    tidings::testing::client scraper(port);
    measure("a scrape, with its client", 500, [&] {
        scraper.get("/metrics");
        (void)scraper.read_head();
        return scraper.read_body().size();
    });
    measure("of it for the topics", 500,
            [&] { return tidings::internal::figures_of(topics).by_label.size(); });
    measure_lock(topics);
    ::close(end[1]);
    ::waitpid(clients, nullptr, 0);
    server.stop();
}
