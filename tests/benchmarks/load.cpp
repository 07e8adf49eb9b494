// SPDX-License-Identifier: BSL-1.0
#include "load.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace tidings::benchmark {

void fail(char const* what)
{
    std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
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

} // namespace tidings::benchmark
