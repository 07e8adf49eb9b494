// SPDX-License-Identifier: BSL-1.0
#include "handshaking.hpp"

#include "../load.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <fcntl.h>
#include <poll.h>
#include <vector>

namespace tidings::benchmark {

handshaking::handshaking(std::uint16_t port, bool resumes) : port_(port)
{
    if (!resumes)
        return;
    tls_.keep_next_session();
    int const fd = connect_to(port);
    auto const session = tls_.begin(fd); // over a socket that blocks
    if (!is_established(session))
        fail("no handshake");
    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (char byte; !tls_.has_session();) { // its ticket comes behind the handshake
        pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
        if (poll(&ready, 1, 5000) != 1 || read_some(session, &byte, 1) != 0)
            fail("the server gives no ticket");
    }
    close(fd);
}

void handshaking::make(std::size_t count, std::size_t at_once)
{
    int const epoll = epoll_create1(0);
    std::vector<ssl_ptr> in_progress; // by descriptor
    std::size_t begun = 0, done = 0;
    while (done < count) {
        for (; begun < count && begun - done < at_once; ++begun) {
            int const fd = connect_to(port_);
            fcntl(fd, F_SETFL, O_NONBLOCK);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.fd = fd;
            epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
            if (in_progress.size() <= static_cast<std::size_t>(fd))
                in_progress.resize(static_cast<std::size_t>(fd) + 1);
            in_progress[static_cast<std::size_t>(fd)] = tls_.begin(fd);
            (void)is_established(in_progress[static_cast<std::size_t>(fd)]);
        }
        std::array<epoll_event, 128> ready;
        int const found = epoll_wait(epoll, ready.data(), static_cast<int>(ready.size()), 5000);
        if (found <= 0)
            fail("a handshake does not go on");
        for (int i = 0; i < found; ++i) {
            int const fd = ready[static_cast<std::size_t>(i)].data.fd;
            if (!is_established(in_progress[static_cast<std::size_t>(fd)]))
                continue;
            in_progress[static_cast<std::size_t>(fd)].reset();
            close(fd);
            ++done;
        }
    }
    close(epoll);
}

} // namespace tidings::benchmark
