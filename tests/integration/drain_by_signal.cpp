// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/server.hpp>

#include "handlers.hpp"
#include "many_streams.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <utility>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::testing::client;

namespace {

// A server in a process of its own, as it runs in production.
class served_process
{
public:
    explicit served_process(tidings::duration drain)
    {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        child_ = ::fork();
        REQUIRE(child_ >= 0);
        if (child_ == 0) {
            serve(drain, ends[1]);
            ::_exit(0);
        }
        ::close(ends[1]);
        REQUIRE(::read(ends[0], &port_, sizeof port_) == sizeof port_);
        ::close(ends[0]);
    }
    ~served_process()
    {
        if (child_ > 0) {
            ::kill(child_, SIGKILL);
            ::waitpid(child_, nullptr, 0);
        }
    }
    served_process(served_process const&) = delete;
    served_process& operator=(served_process const&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    void send_signal(int number) const { REQUIRE(::kill(child_, number) == 0); }

    // What waitpid says of it.
    int wait()
    {
        int status = 0;
        REQUIRE(::waitpid(std::exchange(child_, 0), &status, 0) > 0);
        return status;
    }

private:
    static void serve(tidings::duration drain, int tell)
    {
        tidings::server_options options;
        options.drain_timeout = drain;
        tidings::server server({.port = 0}, options);
        server.get("/", say_farewell);
        server.get("/hangs", hang_in_asio);
        server.start();
        std::uint16_t const port = server.port();
        if (::write(tell, &port, sizeof port) != sizeof port)
            ::_exit(3);
        server.run();
    }

    pid_t child_ = 0;
    std::uint16_t port_ = 0;
};

void drain_by_signal(std::size_t count, tidings::duration drain)
{
    allow_descriptors(count + 200);
    served_process server(drain);
    auto clients = open_streams(server.port(), count);
    auto const begin = std::chrono::steady_clock::now();
    server.send_signal(SIGTERM);
    int const status = server.wait();
    CHECK(std::chrono::steady_clock::now() - begin < drain);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    require_ends(clients);
}

} // namespace

// A server in a process of its own that gets SIGTERM says so to every client, and is done within the drain
// time.
TEST_CASE("SIGTERM drains 500 streams")
{
    drain_by_signal(500, 5s);
}

// The same with as many as a deploy may meet.
TEST_CASE("SIGTERM drains 5,000 streams", "[long]")
{
    drain_by_signal(5'000, 10s);
}

// A second signal ends the process at once, whatever its handlers do.
TEST_CASE("a second signal ends the server at once")
{
    served_process server(1h);
    client hanging(server.port());
    hanging.get("/hangs");
    CHECK(hanging.read_head().status() == 200);
    CHECK(hanging.read_until("retry: ").ends_with("retry: ")); // that of the head
    server.send_signal(SIGTERM);
    CHECK(hanging.read_until("retry: ").ends_with("retry: "));
    server.send_signal(SIGTERM);
    CHECK(WIFEXITED(server.wait()));
}
