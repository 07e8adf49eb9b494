// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/after.hpp>

#include "connected_pair.hpp"
#include "handlers.hpp"
#include "one_route.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::server;
using tidings::server_options;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

server_options quiet()
{
    auto options = server_fixture::brisk();
    options.listen = {{.port = 0}};
    return options;
}

/// Notes on which threads it ran.
class thread_notes
{
public:
    asio::awaitable<tidings::response> answer(tidings::context, tidings::request const&)
    {
        std::lock_guard const guard(lock_);
        seen_.insert(std::this_thread::get_id());
        auto text = tidings::response::text("noted");
        co_return text;
    }
    std::size_t count()
    {
        std::lock_guard const guard(lock_);
        return seen_.size();
    }

private:
    std::mutex lock_;
    std::set<std::thread::id> seen_;
};

// Resumes in a turn of the loop, and then does not give the thread back until it is told to.
asio::awaitable<tidings::response> hold_thread(std::latch& inside, std::latch& release, tidings::context ctx,
                                               tidings::request const&)
{
    tidings::after moment(1ms);
    co_await moment.wait(ctx);
    inside.count_down();
    release.wait();
    co_return tidings::response::text("held");
}

} // namespace

// The application's loop runs the server beside work of its own, and comes to its end when both are done.
TEST_CASE("a server on a loop of the application")
{
    asio::io_context io;
    server embedded(io, quiet());
    embedded.get("/", say_farewell);
    embedded.start();
    CHECK_THROWS_AS(embedded.run(), std::logic_error);
    int other_work = 0;
    asio::post(io, [&] { ++other_work; });
    std::jthread running([&io] { io.run(); });
    client reading(embedded.port());
    reading.get("/");
    CHECK(reading.read_head().status() == 200);
    CHECK(reading.next_event()->data() == "hello");
    embedded.stop();
    CHECK(reading.read_to_end().find("data: server stopping") != std::string::npos);
    reading.close();
    running.join();
    CHECK(other_work == 1);
    CHECK(embedded.stats().connections == 0);
}

// A second thread that runs the application's loop at the same time is refused with a text that says what to
// do; the first one serves on, and what the second one was to do is not lost.
TEST_CASE("two threads that run the loop of a server")
{
    asio::io_context io;
    server embedded(io, quiet());
    std::latch inside(1), release(1);
    embedded.get("/hold", std::bind_front(hold_thread, std::ref(inside), std::ref(release)));
    embedded.get("/plain", answer_plainly);
    embedded.start();
    std::jthread running([&io] { io.run(); });
    client held(embedded.port());
    held.get("/hold");
    inside.wait();
    client second(embedded.port());
    second.get("/plain");
    CHECK_THROWS_MATCHES(
        io.run(), std::logic_error,
        Catch::Matchers::MessageMatches(
            Catch::Matchers::ContainsSubstring("two threads run the io_context of a server") &&
            Catch::Matchers::ContainsSubstring("give the server its own loops")));
    release.count_down();
    CHECK(held.read_head().status() == 200);
    CHECK(held.read_body() == "held");
    CHECK(second.read_head().status() == 200);
    CHECK(second.read_body() == "plain");
    embedded.stop();
}

// One thread after another may run it.
TEST_CASE("one thread after another runs the loop of a server")
{
    asio::io_context io;
    server embedded(io, quiet());
    embedded.get("/", say_farewell);
    embedded.start();
    client reading(embedded.port());
    reading.get("/");
    std::jthread first([&io] { io.run(); });
    CHECK(reading.read_head().status() == 200);
    CHECK(reading.next_event()->data() == "hello");
    io.stop();
    first.join();
    io.restart();
    std::jthread second([&io] { io.run(); });
    client later(embedded.port());
    later.get("/");
    CHECK(later.read_head().status() == 200);
    embedded.stop();
    CHECK(reading.read_to_end().find("data: server stopping") != std::string::npos);
}

// Connections are dealt out in turn: each loop gets its share, and a stream of its own.
TEST_CASE("several loops share the connections")
{
    auto options = server_fixture::brisk();
    options.loops = 3;
    thread_notes notes;
    server_fixture fixture(options);
    fixture.routes().get("/", std::bind_front(&thread_notes::answer, &notes));
    fixture.routes().get("/stream", say_farewell);
    fixture.start();
    std::vector<client> clients;
    for (int i = 0; i < 6; ++i) {
        clients.push_back(ask(fixture));
        CHECK(clients.back().read_body() == "noted");
    }
    CHECK(notes.count() == 3);
    for (auto& each : clients) {
        each.get("/stream");
        CHECK(each.read_head().status() == 200);
        CHECK(each.next_event()->data() == "hello");
    }
    fixture.stop();
    for (auto& each : clients)
        CHECK(each.read_to_end().find("data: server stopping") != std::string::npos);
}

// However much a client has sent, others have their turn in between.
TEST_CASE("many requests of one client are not one turn")
{
    asio::io_context io;
    server embedded(io, quiet());
    embedded.get("/", answer_plainly);
    embedded.start();
    auto [near, far] = connected_pair(io);
    embedded.adopt(std::move(far));
    while (embedded.stats().connections == 0)
        io.run_one_for(10s);
    io.poll();
    constexpr unsigned sent = 15;
    std::string const one = "GET / HTTP/1.1\r\nHost: a\r\nX-Large: " + std::string(8000, 'x') + "\r\n\r\n";
    for (unsigned i = 0; i < sent; ++i)
        asio::write(near, asio::buffer(one));
    while (embedded.stats().requests == 0 && io.run_one_for(10s) > 0) {
    }
    CHECK(embedded.stats().requests < sent);
    while (embedded.stats().requests < sent && io.run_one_for(10s) > 0) {
    }
    CHECK(embedded.stats().requests == sent);
    embedded.stop();
    near.close();
    io.run();
}

// A handler may let go of the server that serves it, also in the very turn that accepts its client.
TEST_CASE("a handler lets go of its server")
{
    asio::io_context io;
    auto embedded = std::make_unique<server>(io, quiet());
    embedded->get("/",
                  [&embedded](tidings::context, tidings::request const&,
                              tidings::event_stream&) -> asio::awaitable<void> {
                      embedded.reset();
                      co_return;
                  });
    embedded->start();
    client asking(embedded->port());
    asking.get("/");
    while (embedded && io.run_one_for(10s) > 0) {
    }
    CHECK_FALSE(embedded);
    asking.wait_for_end();
    io.run(); // nothing is left that would hold it up
}

// A handler that waits through its context is gone in the turn of the loop that reads the reset: nothing has
// to be waited for any more.
TEST_CASE("a reset ends the handler within one turn of the loop")
{
    asio::io_context io;
    server embedded(io, quiet());
    embedded.get("/", stay_open);
    embedded.start();
    client leaving(embedded.port());
    leaving.get("/");
    while (embedded.stats().streams == 0)
        io.run_one_for(10s);
    CHECK(leaving.read_head().status() == 200);
    io.poll();
    REQUIRE(embedded.stats().handlers == 1);
    leaving.reset();
    io.run_one_for(10s); // waits until the reset has come
    io.poll();           // what is ready now, and nothing else
    CHECK(embedded.stats().handlers == 0);
    CHECK(embedded.stats().connections == 0);
    embedded.stop();
    io.run();
}
