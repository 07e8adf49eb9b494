// SPDX-License-Identifier: BSL-1.0
#include "handshaking.hpp"

#include "../load.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <map>
#include <poll.h>

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
    std::map<int, ssl_ptr> in_progress;
    std::size_t done = 0;
    auto const go_on = [&](int fd) {
        auto const at = in_progress.find(fd);
        if (!is_established(at->second))
            return;
        if (is_resumed(at->second) != tls_.has_session())
            fail("a session is not resumed");
        in_progress.erase(at);
        close(fd);
        ++done;
    };
    while (done < count) {
        while (in_progress.size() < std::min(at_once, count - done)) {
            int const fd = connect_to(port_);
            fcntl(fd, F_SETFL, O_NONBLOCK);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.fd = fd;
            epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
            in_progress[fd] = tls_.begin(fd);
            go_on(fd);
        }
        std::array<epoll_event, 128> ready;
        int const found = epoll_wait(epoll, ready.data(), static_cast<int>(ready.size()), 5000);
        if (found <= 0 && !in_progress.empty())
            fail("a handshake does not go on");
        for (int i = 0; i < found; ++i)
            go_on(ready[static_cast<std::size_t>(i)].data.fd);
    }
    close(epoll);
}

} // namespace tidings::benchmark
