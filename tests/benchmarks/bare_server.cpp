// SPDX-License-Identifier: BSL-1.0
// The yardstick of scripts/compare: one epoll loop that calls send() for each delivery and does nothing else.
// `bare_server --port 9100`. It speaks the part of bench_server's protocol that a fan-out needs: GET /events,
// POST /publish?count=K&size=S&interval_us=I. While nothing is published, comments keep its streams alive. It
// trusts its one client: a request comes in one piece, and who does not read loses events.
#include "payload.hpp"

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
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

// Each stream has a comment in each interval, a 32nd of them at a time.
constexpr std::chrono::nanoseconds keep_alive = std::chrono::seconds(15);
constexpr std::size_t comment_groups = 32;

struct publication
{
    std::uint64_t count = 0;
    std::size_t size = 0;
    std::chrono::microseconds interval{};
    std::uint64_t number = 0;
    tidings::clock::time_point due;
};

std::uint64_t query(std::string_view request, std::string_view name)
{
    auto const at = request.find(name);
    return at == std::string_view::npos ? 0 : std::strtoull(request.data() + at + name.size(), nullptr, 10);
}

class bare_server
{
public:
    explicit bare_server(std::uint16_t port)
    {
        int const on = 1;
        setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 ||
            listen(listener_, 4096) != 0) {
            std::perror("bare_server");
            std::exit(1);
        }
        watch(listener_);
    }

    void run()
    {
        std::array<epoll_event, 512> ready;
        for (;;) {
            int const count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), pause());
            for (int i = 0; i < count; ++i) {
                int const fd = ready[static_cast<std::size_t>(i)].data.fd;
                fd == listener_ ? accept_one() : read(fd);
            }
            if (due() > tidings::clock::now())
                continue;
            is_publishing() ? publish_next() : send_comments();
        }
    }

private:
    void watch(int fd)
    {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }

    bool is_publishing() const { return now_.number < now_.count; }
    tidings::clock::time_point due() const { return is_publishing() ? now_.due : comments_due_; }

    int pause() const
    {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(due() - tidings::clock::now());
        return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }

    void accept_one()
    {
        int const fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
        if (fd >= 0)
            watch(fd);
    }

    void read(int fd)
    {
        std::array<char, 4096> bytes{};
        auto const got = recv(fd, bytes.data(), bytes.size() - 1, 0);
        if (got <= 0) {
            std::erase(streams_, fd);
            close(fd);
            return;
        }
        std::string_view const request(bytes.data(), static_cast<std::size_t>(got));
        if (request.starts_with("GET /events")) {
            streams_.push_back(fd);
            answer(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        } else if (request.starts_with("POST /publish")) {
            now_ = {.count = query(request, "count="),
                    .size = query(request, "size="),
                    .interval = std::chrono::microseconds(query(request, "interval_us=")),
                    .due = tidings::clock::now()};
            answer(fd, "HTTP/1.1 204 No Content\r\n\r\n");
        }
    }

    void publish_next()
    {
        tidings::benchmark::write_payload(payload_, now_.number++, now_.size);
        now_.due += now_.interval;
        event_.assign("data: ").append(payload_).append("\n\n");
        for (int const fd : streams_)
            answer(fd, event_);
    }

    void send_comments()
    {
        comments_due_ += keep_alive / comment_groups;
        auto const share = (streams_.size() + comment_groups - 1) / comment_groups;
        for (std::size_t i = 0; i < share; ++i)
            answer(streams_[commented_++ % streams_.size()], ": ping\n\n");
    }

    static void answer(int fd, std::string_view bytes)
    {
        (void)send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int epoll_ = epoll_create1(0);
    std::vector<int> streams_;
    publication now_;
    std::string payload_, event_;
    tidings::clock::time_point comments_due_ = tidings::clock::now();
    std::size_t commented_ = 0;
};

} // namespace

int main(int argc, char** argv)
{
    bool const has_port = argc == 3 && std::strcmp(argv[1], "--port") == 0;
    bare_server(static_cast<std::uint16_t>(has_port ? std::atoi(argv[2]) : 9100)).run();
}
