// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/server/server.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/channel.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <functional>
#include <latch>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::testing::client;
using tidings::testing::server_fixture;

namespace {

// Both ends of so many connections are in this process, or in a child that inherits the limit.
void allow_descriptors(rlim_t count)
{
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    if (limit.rlim_cur >= count)
        return;
    limit.rlim_cur = count;
    if (limit.rlim_max < count)
        limit.rlim_max = count;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        SKIP("not enough descriptors are allowed");
}

std::vector<client> open_streams(std::uint16_t port, std::size_t count)
{
    std::vector<client> clients;
    clients.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        clients.emplace_back(port);
        clients.back().get("/");
    }
    for (auto& each : clients) {
        CHECK(each.read_head().status() == 200);
        CHECK(each.next_event()->data() == "hello");
    }
    return clients;
}

// Each client is told when to come back and why the stream ends, and gets the last chunk.
void require_ends(std::vector<client>& clients)
{
    for (auto& each : clients) {
        std::string const rest = each.read_to_end();
        INFO(rest);
        REQUIRE(rest.find("retry: ") != rest.npos);
        REQUIRE(rest.find("data: server stopping\n\n") != rest.npos);
        REQUIRE(rest.ends_with("\r\n0\r\n\r\n"));
    }
}

void drain_by_call(std::size_t count, tidings::duration drain)
{
    allow_descriptors(2 * count + 200);
    auto options = server_fixture::brisk();
    options.loops = 2;
    options.drain = drain;
    server_fixture fixture(options);
    fixture.routes().get("/", say_farewell);
    fixture.start();
    auto clients = open_streams(fixture.port(), count);
    auto const begin = std::chrono::steady_clock::now();
    fixture.stop();
    CHECK(std::chrono::steady_clock::now() - begin < drain);
    require_ends(clients);
    CHECK(fixture.stats().connections == 0);
    CHECK(fixture.stats().handlers == 0);
}

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
        options.port = 0;
        options.drain = drain;
        tidings::server server(options);
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

asio::awaitable<void> hand_over(tidings::topic& news, tidings::context, tidings::request const&,
                                tidings::event_stream& out)
{
    news.attach(out);
    co_return;
}

// Stays until it is stopped, or one like it was.
asio::awaitable<void> hand_over_and_pass_on(tidings::topic& news, tidings::channel<int> others,
                                            tidings::context ctx, tidings::request const&,
                                            tidings::event_stream& out)
{
    news.attach(out);
    auto const told = co_await others.receive(ctx);
    if (!told)
        (void)others.try_send(1);
}

asio::awaitable<void> reject_and_stay(std::latch& is_rejected, tidings::context ctx, tidings::request const&,
                                      tidings::event_stream& out)
{
    (void)out.reject(404, "no such build");
    is_rejected.count_down();
    tidings::after never(10h);
    co_await never.wait(ctx);
}

asio::awaitable<tidings::response> hold_up(std::latch& is_held, std::latch& may_go_on, tidings::context,
                                           tidings::request const&)
{
    is_held.count_down();
    may_go_on.wait();
    auto answer = tidings::response::text("held");
    co_return answer;
}

} // namespace

// A server that stops says so to every client, and is done within the drain time.
TEST_CASE("stop() drains 500 streams")
{
    drain_by_call(500, 5s);
}

// The same by signal, in a process of its own.
TEST_CASE("SIGTERM drains 500 streams")
{
    drain_by_signal(500, 5s);
}

// The same with as many as a deploy may meet.
TEST_CASE("SIGTERM drains 5,000 streams", "[long]")
{
    drain_by_signal(5'000, 10s);
}

// A stream whose handler returns while the server drains, because another one has been stopped, say, waits
// for its turn: its client is told when to come back, too.
TEST_CASE("a drain tells the clients of handlers that return meanwhile")
{
    tidings::topic news;
    tidings::channel<int> others(2);
    one_route fixture(std::bind_front(hand_over_and_pass_on, std::ref(news), others));
    std::vector<client> clients;
    for (int i = 0; i < 2; ++i)
        clients.push_back(ask(fixture));
    fixture.stop();
    for (auto& each : clients) {
        std::string const rest = each.read_to_end();
        INFO(rest);
        CHECK(rest.find("retry: ") != rest.npos);
        CHECK(rest.ends_with("\r\n0\r\n\r\n"));
    }
}

// A client that keeps its side open when it has got everything, as many do, does not hold a stop up: the two
// seconds of lingering are for those who are still sending.
TEST_CASE("clients that do not close do not hold the drain up")
{
    auto options = server_fixture::brisk();
    options.drain = 10s;
    one_route fixture(say_farewell, options);
    auto clients = open_streams(fixture.port(), 20);
    auto const begin = std::chrono::steady_clock::now();
    fixture.stop();
    CHECK(std::chrono::steady_clock::now() - begin < 1500ms);
    require_ends(clients);
}

// What a stop says to a stream may be the first that finds the client gone. The loop is held up meanwhile, so
// that it learns of the stop and of the resets in one turn.
TEST_CASE("a stop that finds clients gone ends the same")
{
    tidings::topic news;
    std::latch is_held{1};
    std::latch may_go_on{1};
    server_fixture fixture;
    fixture.routes().get("/news", std::bind_front(hand_over, std::ref(news)));
    fixture.routes().get("/hold", std::bind_front(hold_up, std::ref(is_held), std::ref(may_go_on)));
    fixture.start();
    auto gone = ask(fixture, "/news");
    auto holding = fixture.connect();
    holding.get("/hold");
    is_held.wait();
    gone.reset();
    fixture.routes().stop();
    may_go_on.count_down();
    fixture.stop();
    CHECK(nothing_is_left(fixture.stats()));
    CHECK(news.stats().subscribers == 0);
}

// What a stop says to open streams is not for one whose place a plain answer has taken, nor does a HEAD that
// was answered before leave a stream open.
TEST_CASE("a stop leaves an answer that has taken the stream's place whole")
{
    std::latch is_rejected{1};
    server_fixture fixture;
    fixture.routes().get("/", std::bind_front(reject_and_stay, std::ref(is_rejected)));
    fixture.start();
    auto asking = fixture.connect();
    asking.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(asking.read_head().status() == 200);
    asking.get("/");
    is_rejected.wait();
    fixture.stop();
    std::string const answer = asking.read_to_end();
    INFO(answer);
    CHECK(answer.starts_with("HTTP/1.1 404 "));
    CHECK(answer.ends_with("\r\n\r\nno such build"));
}

// A second signal ends the process at once, whatever its handlers do.
TEST_CASE("a second signal ends the server at once")
{
    served_process server(1h);
    client hanging(server.port());
    hanging.get("/hangs");
    CHECK(hanging.read_head().status() == 200);
    server.send_signal(SIGTERM);
    CHECK(hanging.read_until("retry: ").ends_with("retry: "));
    server.send_signal(SIGTERM);
    CHECK(WIFEXITED(server.wait()));
}

// A stopping server takes nobody in: who has connected already is let go, who comes later is refused.
TEST_CASE("a stopped server is not there any more")
{
    server_fixture fixture;
    fixture.routes().get("/", say_farewell);
    fixture.start();
    auto idle = fixture.connect();
    REQUIRE(fixture.wait_for_stats([](auto const& now) { return now.connections == 1; }));
    auto const port = fixture.port();
    auto const begin = std::chrono::steady_clock::now();
    fixture.stop();
    CHECK(std::chrono::steady_clock::now() - begin < 900ms); // the drain time of one second is not used up
    CHECK(idle.wait_for_end() == client::ending::closed);
    CHECK_THROWS_AS(client(port), std::runtime_error);
}
