// SPDX-License-Identifier: BSL-1.0
// Holds idle streams of bench_server or bare_server for scripts/compare-idle:
//     idle_client PORT PID STREAMS SPREAD SECONDS
// Opens the streams one by one over SPREAD seconds, then leaves them alone for so many SECONDS, and prints
// "CPU_PERCENT COMMENTS_PER_SECOND": the CPU time of the process PID in percent of one processor, and the
// comments that came meanwhile. Ends with 1 when a stream had fewer than the server's 15 seconds ask for.
//
// It does not read while it measures: what has come waits in the sockets, a few bytes each, and no wake of
// a client is charged to the server.
#include "load.hpp"

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace tidings::benchmark;
using clock = std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

constexpr double keep_alive = 15;
constexpr std::string_view comment = "\n:"; // the beginning of its line

/// The comments that have come and were not counted yet.
std::size_t take_comments(int fd)
{
    std::string text = "\n"; // the line before
    std::vector<char> bytes(16 * 1024);
    for (;;) {
        auto const got = recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got == 0)
            fail("the server ended a stream");
        if (got < 0)
            break;
        text.append(bytes.data(), static_cast<std::size_t>(got));
    }
    std::size_t count = 0;
    for (auto at = text.find(comment); at != std::string::npos; at = text.find(comment, at + 1))
        ++count;
    return count;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 6)
        fail("usage: idle_client PORT PID STREAMS SPREAD SECONDS");
    auto const port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    auto const server = static_cast<pid_t>(std::atoi(argv[2]));
    std::size_t const count = std::strtoull(argv[3], nullptr, 10);
    seconds const spread(std::atof(argv[4]));
    seconds const measured(std::atof(argv[5]));

    std::vector<int> streams;
    auto const begin = clock::now();
    while (streams.size() < count) {
        streams.push_back(connect_to(port));
        ask(streams.back(), "GET /events");
        auto const opened = static_cast<double>(streams.size()) / static_cast<double>(count);
        std::this_thread::sleep_until(begin + spread * opened);
    }
    std::this_thread::sleep_for(seconds(2)); // the last heads, and what opening left to be done
    for (int const fd : streams)
        take_comments(fd);

    double const cpu_before = cpu_seconds(server);
    auto const since = clock::now();
    std::this_thread::sleep_for(measured);
    double const cpu = cpu_seconds(server) - cpu_before;
    seconds const took = clock::now() - since;

    std::size_t comments = 0;
    for (int const fd : streams) {
        auto const here = take_comments(fd);
        if (here < static_cast<std::size_t>(measured.count() / keep_alive))
            fail("a stream was not kept alive");
        comments += here;
    }
    std::printf("%.3f %.0f\n", 100 * cpu / took.count(), static_cast<double>(comments) / took.count());
}
