// SPDX-License-Identifier: BSL-1.0
#include "handlers.hpp"
#include "service_node.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <unistd.h>

#include <functional>
#include <future>
#include <stdexcept>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;

namespace {

asio::awaitable<response> say_done(context, request const&)
{
    co_return response::text("done");
}

// Holds its loop up, which no handler may do.
asio::awaitable<response> get_stuck(std::promise<void>& stuck, std::promise<void>& enough, context,
                                    request const&)
{
    stuck.set_value();
    enough.get_future().wait();
    co_return response::text("done");
}

} // namespace

TEST_CASE("systemd hears when a server serves, how many streams it has, and that it stops")
{
    scratch_folder const folder;
    manager const systemd(folder.file("notify.sock"));
    variable const notify("NOTIFY_SOCKET", folder.file("notify.sock"));
    service_node node({}, {.port = 0}, say_farewell);
    CHECK(systemd.next(1ms).empty());
    node.start();
    CHECK(systemd.next() == "READY=1\nSTATUS=0 streams open");
    testing::client follower(node.port());
    follower.get("/");
    CHECK(follower.read_head().status() == 200);
    CHECK(systemd.next() == "STATUS=1 streams open");
    node.stop();
    CHECK(systemd.next() == "STOPPING=1\nSTATUS=Ending 1 streams");
    CHECK(systemd.next(1ms).empty());
}

// systemd ends a service that does not say that it is alive, and starts it again.
TEST_CASE("the watchdog is answered only while every loop runs")
{
    scratch_folder const folder;
    manager const systemd(folder.file("notify.sock"));
    variable const notify("NOTIFY_SOCKET", folder.file("notify.sock"));
    variable const watchdog("WATCHDOG_USEC", "40000");
    std::promise<void> enough;
    std::promise<void> stuck;
    service_node node({}, {.port = 0}, std::bind_front(get_stuck, std::ref(stuck), std::ref(enough)), 2);
    node.start();
    CHECK(systemd.hears("WATCHDOG=1"));
    CHECK(systemd.hears("WATCHDOG=1"));
    testing::client on_first(node.port()); // to the first loop, the next one to the second
    testing::client on_second(node.port());
    on_first.get("/other");
    CHECK(on_first.read_head().status() == 404);
    on_second.get("/");
    stuck.get_future().wait();
    while (!systemd.next(200ms).empty()) {
    } // what was on its way
    CHECK(systemd.next(200ms).empty());
    enough.set_value();
    CHECK(systemd.hears("WATCHDOG=1"));
    node.stop();
}

TEST_CASE("a service without systemd and without upgrades is a server")
{
    service_node node({}, {.port = 0}, say_done);
    CHECK_FALSE(node.unit.replaces());
    node.unit.request_release();
    node.start();
    CHECK(answer_to(testing::client(node.port())) == "done");
    CHECK_THROWS_AS(node.unit.start(node.routes()), std::logic_error);
}

// A notify socket that is not there costs a line in the log, and nothing else.
TEST_CASE("a server serves although systemd cannot be told")
{
    variable const notify("NOTIFY_SOCKET", "/nowhere/notify.sock");
    service_node node({}, {.port = 0}, say_done);
    node.start();
    CHECK(answer_to(testing::client(node.port())) == "done");
}

TEST_CASE("sockets of systemd that are none are refused")
{
    variable const pid("LISTEN_PID", std::to_string(::getpid()));
    variable const count("LISTEN_FDS", "64");
    CHECK_THROWS_WITH(service(), ContainsSubstring("which systemd passes"));
}
