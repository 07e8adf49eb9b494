// SPDX-License-Identifier: BSL-1.0
// Drives bench_server and bare_server for scripts/compare:
//     fan_out_client PORT PID STREAMS EVENTS SIZE INTERVAL_US
// Opens streams, lets the server publish, reads until every stream has had every event, and prints
// "CPU_US_PER_DELIVERY DELIVERIES_PER_SECOND": the CPU time of the process PID, and the time from the publish
// to the last event. Ends with 1 when events are missing after ten seconds of silence.
#include "load.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tidings::benchmark;

/// Streams whose events are counted: each contains "data: " once, and the bytes before it may come apart.
class audience
{
public:
    void add(int fd)
    {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u32 = static_cast<std::uint32_t>(streams_.size());
        epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
        streams_.push_back({fd, 0});
    }

    std::uint64_t events() const { return events_; }

    /// Reads what is there within so many milliseconds; false when nothing was.
    bool read(int patience)
    {
        std::array<epoll_event, 512> ready;
        int const count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), patience);
        for (int i = 0; i < count; ++i) {
            stream& at = streams_[ready[static_cast<std::size_t>(i)].data.u32];
            auto const got = recv(at.fd, bytes_.data(), bytes_.size(), MSG_DONTWAIT);
            if (got == 0)
                fail("the server ended a stream");
            for (char const each :
                 std::string_view(bytes_.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))))
                take(at, each);
        }
        return count > 0;
    }

private:
    struct stream
    {
        int fd;
        std::size_t matched;
    };

    void take(stream& at, char each)
    {
        constexpr std::string_view mark = "data: ";
        at.matched = each == mark[at.matched] ? at.matched + 1 : std::size_t{each == mark[0]};
        if (at.matched == mark.size()) {
            at.matched = 0;
            ++events_;
        }
    }

    int epoll_ = epoll_create1(0);
    std::vector<stream> streams_;
    std::vector<char> bytes_ = std::vector<char>(64 * 1024);
    std::uint64_t events_ = 0;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc != 7)
        fail("usage: fan_out_client PORT PID STREAMS EVENTS SIZE INTERVAL_US");
    auto const port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    auto const server = static_cast<pid_t>(std::atoi(argv[2]));
    std::uint64_t const streams = std::strtoull(argv[3], nullptr, 10);
    std::uint64_t const wanted = streams * std::strtoull(argv[4], nullptr, 10);
    audience all;
    for (std::uint64_t i = 0; i < streams; ++i) {
        int const fd = connect_to(port);
        ask(fd, "GET /events");
        all.add(fd);
    }
    while (all.read(300)) // the heads
        continue;
    double const cpu_before = cpu_seconds(server);
    auto const begin = std::chrono::steady_clock::now();
    ask(connect_to(port),
        std::string("POST /publish?count=") + argv[4] + "&size=" + argv[5] + "&interval_us=" + argv[6]);
    while (all.events() < wanted)
        if (!all.read(10'000))
            fail("events are missing");
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
    auto const deliveries = static_cast<double>(wanted);
    std::printf("%.4f %.0f\n", (cpu_seconds(server) - cpu_before) * 1e6 / deliveries,
                deliveries / took.count());
}
