// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/server.hpp>
#include <tidings/testing/client.hpp>

#include "skip_where_sanitized.hpp"
#include "support/server_fixture.hpp"

#include <boost/asio/awaitable.hpp>

#include <catch2/catch_test_macros.hpp>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <fcntl.h>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::request;
using tidings::testing::client;

namespace {

constexpr rlim_t limit = 64;

/// An application that uses up the descriptors of its process, and gives them back when it is told to.
class hog
{
public:
    asio::awaitable<tidings::response> take_all_but_one(tidings::context, tidings::request const&)
    {
        for (int taken; (taken = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;)
            held_.push_back(taken);
        ::close(held_.back());
        held_.pop_back();
        auto done = tidings::response::text("taken");
        co_return done;
    }

    asio::awaitable<tidings::response> give_back(tidings::context, tidings::request const&)
    {
        for (int const each : held_)
            ::close(each);
        held_.clear();
        auto done = tidings::response::text(std::to_string(warnings));
        co_return done;
    }

    /// From now on the process opens nothing, also not in place of what it closes.
    asio::awaitable<tidings::response> forbid(tidings::context, tidings::request const&)
    {
        allow_up_to(STDERR_FILENO + 1);
        begin_ = std::clock();
        auto done = tidings::response::text("forbidden");
        co_return done;
    }

    /// Tells how many milliseconds the process has worked since `forbid`.
    asio::awaitable<tidings::response> allow(tidings::context, tidings::request const&)
    {
        allow_up_to(limit);
        auto const worked = (std::clock() - begin_) * 1000 / CLOCKS_PER_SEC;
        auto done = tidings::response::text(std::to_string(worked));
        co_return done;
    }

    static void allow_up_to(rlim_t count)
    {
        rlimit const few{count, limit};
        ::setrlimit(RLIMIT_NOFILE, &few);
    }

    int warnings = 0;

private:
    std::vector<int> held_;
    std::clock_t begin_ = 0;
};

[[noreturn]] void serve(int tell)
{
    hog::allow_up_to(limit);
    hog greedy;
    tidings::server_options options;
    options.log = [&greedy](tidings::log_level, std::string_view message) {
        greedy.warnings += message.starts_with("out of descriptors");
    };
    tidings::server server({.port = 0}, options);
    server.get("/take", std::bind_front(&hog::take_all_but_one, &greedy));
    server.get("/give", std::bind_front(&hog::give_back, &greedy));
    server.get("/forbid", std::bind_front(&hog::forbid, &greedy));
    server.get("/allow", std::bind_front(&hog::allow, &greedy));
    server.start();
    std::uint16_t const port = server.port();
    if (::write(tell, &port, sizeof port) == sizeof port)
        server.run();
    ::_exit(0);
}

/// The server in a process of its own, so that the limit is not ours.
class child
{
public:
    child()
    {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        id_ = ::fork();
        REQUIRE(id_ >= 0);
        if (id_ == 0)
            serve(ends[1]);
        ::close(ends[1]);
        REQUIRE(::read(ends[0], &port, sizeof port) == sizeof port);
        ::close(ends[0]);
    }
    ~child()
    {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    child(child const&) = delete;
    child& operator=(child const&) = delete;

    std::uint16_t port = 0;

private:
    pid_t id_ = 0;
};

asio::awaitable<tidings::response> send_file(char const* path)
{
    auto answer = tidings::response::file(path);
    co_return answer;
}

std::string body_of(client& asking, std::string_view target)
{
    asking.get(target);
    CHECK(asking.read_head().status() == 200);
    return asking.read_body();
}

} // namespace

// Out of descriptors the server turns all new clients away at once, so that none of them hangs, and tells
// them when to come back; it says so once in the log, and serves again as soon as there are some.
TEST_CASE("a process out of descriptors turns clients away until there are some")
{
    skip_where_sanitized();
    child const served;
    client first(served.port);
    CHECK(body_of(first, "/take") == "taken");
    client second(served.port); // gets the last one
    second.get("/nothing");
    CHECK(second.read_head().status() == 404);
    std::vector<client> waiting;
    for (int i = 0; i < 50; ++i) {
        waiting.emplace_back(served.port);
        waiting.back().get("/", i % 2 == 0 ? "Accept: text/event-stream\r\n" : "");
    }
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        CHECK(waiting[i].read_head().status() == (i % 2 == 0 ? 200 : 503));
        auto const why = waiting[i].read_body();
        CHECK(why.find("the server has no descriptors left") != why.npos);
    }
    CHECK(body_of(first, "/give") == "1");
    client third(served.port);
    CHECK(body_of(third, "/give") == "1");
}

// Files that are being sent have a number of their own: whoever reads none of his downloads takes neither the
// places of those that are to come, nor the descriptors of connections. Existing files are not missing then.
TEST_CASE("files that are being sent are counted")
{
    std::array<char, 32> path{"/tmp/tidings_download_XXXXXX"};
    int const file = ::mkstemp(path.data());
    REQUIRE(file >= 0);
    REQUIRE(::ftruncate(file, 64 * 1024 * 1024) == 0);
    ::close(file);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit const few{64, before.rlim_max}; // 8 files
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    tidings::test::server_fixture fixture;
    fixture.routes().get("/file",
                         [&path](tidings::context, request const&) { return send_file(path.data()); });
    fixture.start();
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    std::vector<client> downloads;
    for (int i = 0; i < 8; ++i) {
        downloads.push_back(fixture.connect({.receive_buffer = 4096}));
        downloads.back().get("/file");
        CHECK(downloads.back().read_head().status() == 200);
    }
    auto const ask_again = [&] {
        auto asking = fixture.connect({.receive_buffer = 4096});
        asking.get("/file");
        return asking.read_head();
    };
    auto const refused = ask_again();
    CHECK(refused.status() == 503);
    CHECK(refused.has_header("Retry-After"));
    CHECK(fixture.count_logged("raise the limit of open files") == 1);
    downloads.pop_back();
    int status = 503;
    while (status == 503) // until the server has noticed
        status = ask_again().status();
    CHECK(status == 200);
    ::unlink(path.data());
}

// Where not even the reserve can be used, clients wait in the kernel, and the server does not seize the
// processor over them. They are served when they can be, and then the reserve is there again.
TEST_CASE("a process that may open nothing waits until it may")
{
    skip_where_sanitized();
    child const served;
    client first(served.port);
    CHECK(body_of(first, "/forbid") == "forbidden");
    client waiting(served.port, {.limit = 500ms});
    CHECK_THROWS_AS(waiting.read_head(), std::runtime_error);
    CHECK(std::stoi(body_of(first, "/allow")) < 250);
    client third(served.port); // comes behind the one that waits
    CHECK(body_of(third, "/take") == "taken");
    client fourth(served.port); // gets the last one
    fourth.get("/nothing");
    CHECK(fourth.read_head().status() == 404);
    client refused(served.port);
    CHECK_NOTHROW(refused.wait_for_end());
}
