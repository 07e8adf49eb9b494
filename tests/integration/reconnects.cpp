// SPDX-License-Identifier: BSL-1.0
// Ten thousand clients that honour `retry:` as an EventSource does, and a server that is killed.
#include <tidings/hub/topic.hpp>
#include <tidings/server/server.hpp>
#include <tidings/sse/event_parser.hpp>

#include "handlers.hpp"
#include "many_streams.hpp"

#include <arpa/inet.h>
#include <catch2/catch_test_macros.hpp>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings::test;
using clock_type = std::chrono::steady_clock;

namespace {

/// A server in a process of its own, until it is killed.
class killed_server
{
public:
    /// 0: on any port.
    explicit killed_server(std::uint16_t port)
    {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        child_ = ::fork();
        REQUIRE(child_ >= 0);
        if (child_ == 0) {
            ::dup2(ends[1], STDIN_FILENO);
            ::close_range(STDERR_FILENO + 1, ~0U, 0); // the clients' sockets
            serve(port, STDIN_FILENO);
            ::_exit(0);
        }
        ::close(ends[1]);
        REQUIRE(::read(ends[0], &port_, sizeof port_) == sizeof port_);
        ::close(ends[0]);
    }
    ~killed_server() { kill(); }
    killed_server(killed_server const&) = delete;
    killed_server& operator=(killed_server const&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    void kill()
    {
        if (pid_t const child = std::exchange(child_, 0); child > 0) {
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
        }
    }

private:
    static void serve(std::uint16_t port, int tell)
    {
        tidings::topic const news;
        // Short, so that all have been told of the last pause soon.
        tidings::server server({.port = port}, {.keep_alive = 1s});
        server.get("/", std::bind_front(hand_over, std::cref(news)));
        server.start();
        std::uint16_t const given = server.port();
        if (::write(tell, &given, sizeof given) != sizeof given)
            ::_exit(3);
        server.run();
    }

    pid_t child_ = 0;
    std::uint16_t port_ = 0;
};

/// Clients on one thread.
class event_sources
{
public:
    explicit event_sources(std::uint16_t port) : poll_(::epoll_create1(0))
    {
        to_.sin_family = AF_INET;
        to_.sin_port = htons(port);
        to_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    ~event_sources()
    {
        for (one& each : all_)
            if (each.fd >= 0)
                ::close(each.fd);
        ::close(poll_);
    }
    event_sources(event_sources const&) = delete;
    event_sources& operator=(event_sources const&) = delete;

    /// So many more, one millisecond apart for each `a_millisecond`.
    void add(std::size_t count, std::size_t a_millisecond)
    {
        auto const now = clock_type::now();
        for (std::size_t i = 0; i < count; ++i) {
            waiting_.emplace(now + std::chrono::milliseconds(i / a_millisecond), all_.size());
            all_.emplace_back();
        }
    }

    void run_for(clock_type::duration time)
    {
        for (auto const end = clock_type::now() + time; clock_type::now() < end;)
            step();
    }
    /// Until so many streams are open; false if it takes longer than that.
    bool run_until(std::size_t open, clock_type::duration longest)
    {
        auto const end = clock_type::now() + longest;
        while (open_ != open && clock_type::now() < end)
            step();
        return open_ == open;
    }

    void forget_figures()
    {
        asked_.clear();
        heads_.clear();
    }
    std::vector<clock_type::time_point> const& asked() const noexcept { return asked_; }
    /// Between the connect and the head.
    std::vector<clock_type::duration>& heads() noexcept { return heads_; }
    std::size_t refused() const noexcept { return refused_; }

private:
    struct one
    {
        int fd = -1;
        bool has_head = false;
        clock_type::time_point asked{};
        tidings::event_parser events{};
        std::string head{};
    };

    void step()
    {
        auto const now = clock_type::now();
        while (!waiting_.empty() && waiting_.begin()->first <= now) {
            std::size_t const which = waiting_.begin()->second;
            waiting_.erase(waiting_.begin());
            connect(which);
        }
        std::array<epoll_event, 256> ready{};
        int const count = ::epoll_wait(poll_, ready.data(), ready.size(), 1);
        for (int i = 0; i < count; ++i)
            read(ready[static_cast<std::size_t>(i)].data.u64);
    }

    void connect(std::size_t which)
    {
        one& each = all_[which];
        each.fd = ::socket(AF_INET, SOCK_STREAM, 0);
        REQUIRE(each.fd >= 0);
        each.asked = clock_type::now();
        constexpr std::string_view request =
            "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
        if (::connect(each.fd, reinterpret_cast<sockaddr*>(&to_), sizeof to_) != 0 ||
            ::send(each.fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
            ++refused_;
            return lose(which);
        }
        asked_.push_back(each.asked);
        epoll_event what{.events = EPOLLIN, .data = {.u64 = which}};
        REQUIRE(::epoll_ctl(poll_, EPOLL_CTL_ADD, each.fd, &what) == 0);
    }

    void read(std::size_t which)
    {
        one& each = all_[which];
        std::array<char, 4096> bytes{};
        auto const got = ::recv(each.fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got <= 0)
            return got < 0 && errno == EAGAIN ? void() : lose(which);
        std::string_view text(bytes.data(), static_cast<std::size_t>(got));
        if (!each.has_head) {
            each.head += text;
            auto const end = each.head.find("\r\n\r\n");
            if (end == std::string::npos)
                return;
            REQUIRE(each.head.starts_with("HTTP/1.1 200"));
            each.has_head = true;
            ++open_;
            heads_.push_back(clock_type::now() - each.asked);
            text = text.substr(text.find("\r\n\r\n") + 4);
        }
        // The size of a chunk is no field, and is ignored, with what follows it.
        for (auto at = text.find("retry: "); at != text.npos; at = text.find("retry: ", at + 1)) {
            std::string_view field = text.substr(at, text.find('\n', at) + 1 - at);
            (void)each.events.next(field);
        }
    }

    void lose(std::size_t which)
    {
        one& each = all_[which];
        // A child may have inherited it, and then it stays watched.
        (void)::epoll_ctl(poll_, EPOLL_CTL_DEL, each.fd, nullptr);
        ::close(std::exchange(each.fd, -1));
        if (std::exchange(each.has_head, false))
            --open_;
        each.head.clear();
        auto const retry = each.events.retry();
        REQUIRE(retry);
        waiting_.emplace(clock_type::now() + *retry, which);
    }

    int const poll_;
    sockaddr_in to_{};
    std::vector<one> all_;
    std::multimap<clock_type::time_point, std::size_t> waiting_;
    std::size_t open_ = 0;
    std::size_t refused_ = 0;
    std::vector<clock_type::time_point> asked_;
    std::vector<clock_type::duration> heads_;
};

} // namespace

// Nobody could say goodbye to them, so they come back after the pauses that they were told before: in no
// second more than twice as many as on average, and each is answered soon.
TEST_CASE("10,000 clients come back after kill -9", "[long]")
{
    constexpr std::size_t count = 10'000;
    allow_descriptors(count + 3'000);
    killed_server first(0);
    event_sources clients(first.port());
    clients.add(count, 3);
    REQUIRE(clients.run_until(count, 60s));
    clients.run_for(3s); // all are told of the pause for so many
    clients.forget_figures();

    auto const killed = clock_type::now();
    first.kill();
    REQUIRE(clients.run_until(0, 900ms)); // before the first may come back
    killed_server const second(first.port());
    REQUIRE(clients.run_until(count, 90s));

    std::map<long, std::size_t> by_second;
    for (auto const& each : clients.asked())
        ++by_second[std::chrono::floor<std::chrono::seconds>(each - killed).count()];
    auto const seconds = static_cast<std::size_t>(by_second.rbegin()->first - by_second.begin()->first + 1);
    auto const mean = clients.asked().size() / seconds;
    std::size_t most = 0;
    for (auto const& [second_of, openings] : by_second) {
        std::cout << "second " << second_of << ": " << openings << " openings\n";
        most = std::max(most, openings);
    }
    auto& heads = clients.heads();
    std::ranges::sort(heads);
    auto const p99 = std::chrono::round<std::chrono::microseconds>(heads[heads.size() * 99 / 100]);
    std::cout << "mean " << mean << ", most " << most << ", head p99 " << p99.count() << " us, longest "
              << std::chrono::round<std::chrono::microseconds>(heads.back()).count()
              << " us, refused connects " << clients.refused() << '\n';
    CHECK(most <= 2 * mean);
    CHECK(p99 < 1s);
}
