// SPDX-License-Identifier: BSL-1.0
// Drives bench_server and bare_server for scripts/compare:
//     fan_out_client PORT PID STREAMS EVENTS SIZE INTERVAL_US
// Opens streams, lets the server publish, reads until every stream has had every event, and prints
// "CPU_US_PER_DELIVERY DELIVERIES_PER_SECOND": the CPU time of the process PID, and the time from the publish
// to the last event. Ends with 1 when events are missing after ten seconds of silence.
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace {

[[noreturn]] void fail(char const* what)
{
    std::fprintf(stderr, "fan_out_client: %s\n", what);
    std::exit(1);
}

double cpu_seconds(pid_t process)
{
    clockid_t its_clock{};
    timespec used{};
    if (clock_getcpuclockid(process, &its_clock) != 0 || clock_gettime(its_clock, &used) != 0)
        fail("no such process");
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

int connect_to(std::uint16_t port)
{
    int const fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
        fail("cannot connect; a stream takes a descriptor on both sides, see ulimit -n");
    return fd;
}

void ask(int fd, std::string const& line)
{
    std::string const request = line + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
    if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
        fail("the server does not take a request");
}

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
