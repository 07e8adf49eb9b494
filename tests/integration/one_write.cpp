// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>

#include "handlers.hpp"
#include "support/server_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::test::server_fixture;

namespace {

std::atomic<int> writes{0};

// That of the clients; the server has its own.
std::thread::id const test_thread = std::this_thread::get_id();

void count_server_write()
{
    if (std::this_thread::get_id() != test_thread)
        ++writes;
}

} // namespace

// In place of the C library's: count, then do the same.
extern "C" ssize_t send(int descriptor, void const* bytes, size_t size, int flags)
{
    count_server_write();
    return ::syscall(SYS_sendto, descriptor, bytes, size, flags, nullptr, 0);
}
extern "C" ssize_t sendmsg(int descriptor, msghdr const* message, int flags)
{
    count_server_write();
    return ::syscall(SYS_sendmsg, descriptor, message, flags);
}

namespace {

asio::awaitable<void> follow(tidings::topic& news, context ctx, request const&, event_stream& out)
{
    co_await news.follow(ctx, out);
}

asio::awaitable<void> send_three_at_once(context, request const&, event_stream& out)
{
    std::vector<tidings::event> const three{{.data = "1"}, {.data = "2"}, {.data = "3"}};
    co_await out.send_all(three);
}

} // namespace

// On an idle loop an event leaves with one system call, in the turn in which it was published.
TEST_CASE("one published event is one write")
{
    tidings::topic news({.send_position = false});
    server_fixture fixture;
    fixture.routes().get("/news", std::bind_front(follow, std::ref(news)));
    fixture.start();
    auto client = fixture.connect();
    client.get("/news");
    CHECK(client.read_head().status() == 200);
    REQUIRE(fixture.wait_for_stats([&](auto const&) { return news.subscribers() == 1; }));
    for (int i = 0; i < 3; ++i) {
        int const before = writes;
        news.publish({.data = "news"});
        CHECK(client.next_event()->data() == "news");
        CHECK(writes - before == 1);
    }
}

// Events that are sent together leave together, with the head before them; the second write is the end.
TEST_CASE("events sent together are one write")
{
    server_fixture fixture;
    fixture.routes().get("/three", send_three_at_once);
    fixture.start();
    auto client = fixture.connect();
    int const before = writes;
    client.get("/three");
    CHECK(client.read_head().status() == 200);
    for (auto const* data : {"1", "2", "3"})
        CHECK(client.next_event()->data() == data);
    CHECK_FALSE(client.next_event());
    CHECK(writes - before == 2);
}
