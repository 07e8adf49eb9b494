// SPDX-License-Identifier: BSL-1.0
#include "handlers.hpp"
#include "one_route.hpp"

#include <boost/system/system_error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;
using tidings::server;
using tidings::server_options;
using tidings::test::server_fixture;
using tidings::testing::client;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A path for a socket, whose file is gone afterwards.
class socket_path
{
public:
    socket_path() { fs::remove(path_); }
    ~socket_path() { fs::remove(path_); }
    socket_path(socket_path const&) = delete;
    socket_path& operator=(socket_path const&) = delete;

    fs::path const& get() const { return path_; }
    server_options options() const
    {
        auto options = server_fixture::brisk();
        options.listen = {{.unix_socket = path_}};
        return options;
    }

private:
    fs::path path_ = fs::temp_directory_path() / ("listeners-" + std::to_string(::getpid()) + ".sock");
};

std::string event_over(client reading)
{
    reading.get("/");
    CHECK(reading.read_head().status() == 200);
    return reading.next_event()->data();
}

} // namespace

TEST_CASE("a unix socket is listened on and its file removed")
{
    socket_path path;
    {
        one_route fixture(send_one, path.options());
        CHECK(event_over(client::over_unix_socket(path.get())) == "one");
        CHECK(fs::is_socket(path.get()));
    }
    CHECK_FALSE(fs::exists(path.get()));
}

// What a killed server leaves behind is replaced.
TEST_CASE("a stale unix socket is replaced")
{
    socket_path path;
    {
        one_route killed(send_one, path.options());
        fs::rename(path.get(), path.get().string() + ".kept"); // so that its end does not remove it
    }
    fs::rename(path.get().string() + ".kept", path.get());
    one_route fixture(send_one, path.options());
    CHECK(event_over(client::over_unix_socket(path.get())) == "one");
}

// While a server still ends, the next one may have its socket in that place already.
TEST_CASE("a unix socket of a successor is left alone")
{
    socket_path path;
    auto before = std::make_unique<one_route>(send_one, path.options());
    fs::remove(path.get());
    one_route successor(send_one, path.options());
    before.reset();
    CHECK(event_over(client::over_unix_socket(path.get())) == "one");
}

// A server that is there keeps its socket, and a file that is no socket stays what it is.
TEST_CASE("a unix socket in use and a plain file are left alone")
{
    socket_path path;
    {
        one_route first(send_one, path.options());
        server second(path.options());
        CHECK_THROWS_WITH(second.start(), ContainsSubstring("cannot bind to " + path.get().string()));
        CHECK(event_over(client::over_unix_socket(path.get())) == "one");
    }
    std::ofstream(path.get()) << "text";
    server third(path.options());
    CHECK_THROWS_AS(third.start(), boost::system::system_error);
    CHECK(fs::file_size(path.get()) == 4);
}

TEST_CASE("IPv6 is listened on")
{
    auto options = server_fixture::brisk();
    options.listen = {{.host = "::1"}};
    server_fixture fixture(options);
    fixture.routes().get("/", send_one);
    try {
        fixture.start();
    } catch (boost::system::system_error const& error) {
        SKIP("this machine has no IPv6 on its loopback interface: " << error.what());
    }
    CHECK(event_over(client::over_ipv6(fixture.port())) == "one");
}

// Port 0 is any free one: which, is known once the server has started.
TEST_CASE("servers on port 0 get ports of their own")
{
    server const waiting({.port = 0});
    CHECK_THROWS_AS(waiting.port(), std::logic_error);
    one_route first(send_one);
    one_route second(send_one);
    CHECK(first.port() != 0);
    CHECK(second.port() != 0);
    CHECK(first.port() != second.port());
    CHECK(event_over(second.connect()) == "one");
}

// The message says where, and what is wrong there.
TEST_CASE("an address that cannot be listened on")
{
    one_route first(send_one);
    server second({.port = first.port()});
    CHECK_THROWS_WITH(second.start(),
                      ContainsSubstring("cannot bind to 127.0.0.1 port " + std::to_string(first.port())) &&
                          ContainsSubstring("in use"));
    server nowhere({.host = "localhost", .port = 0});
    CHECK_THROWS_WITH(nowhere.start(),
                      ContainsSubstring("must be an address") && ContainsSubstring("localhost"));
}

// The kernel hands a client over when its request begins to come, or after a second: nothing to count
// meanwhile.
TEST_CASE("a client that has said nothing yet costs no connection")
{
    one_route fixture(send_one);
    auto const begin = std::chrono::steady_clock::now();
    auto silent = fixture.connect();
    auto other = fixture.connect();
    CHECK(event_over(std::move(other)) == "one");
    auto const accepted = fixture.stats().accepted;
    if (std::chrono::steady_clock::now() - begin < 900ms)
        CHECK(accepted == 1);
    CHECK(event_over(std::move(silent)) == "one");
    CHECK(fixture.stats().accepted == 2);
}

// One server, its routes and its bounds, at as many places as it is told. `port` is that of the first which
// has one.
TEST_CASE("a server listens on all of its endpoints")
{
    socket_path path;
    auto options = server_fixture::brisk();
    options.listen = {{.unix_socket = path.get()}, {.port = 0}, {.host = "127.0.0.2"}};
    options.max_connections = 2;
    one_route fixture(send_one, options);
    auto held = client::over_unix_socket(path.get());
    CHECK(event_over(std::move(held)) == "one");
    CHECK(event_over(fixture.connect()) == "one");
    CHECK(fixture.stats().accepted == 2);
    CHECK(fixture.port() != 0);
}

// For a server that is given its connections, or to which nobody shall come any more.
TEST_CASE("a server without endpoints listens nowhere")
{
    auto options = server_fixture::brisk();
    options.listen.clear();
    server_fixture fixture(options);
    fixture.start();
    CHECK(fixture.port() == 0);
}

// What was opened before the one that fails is closed again, its file is gone, and once what was in the way
// is gone too the same server starts.
TEST_CASE("an endpoint that cannot be listened on leaves no other behind")
{
    socket_path path;
    server_options options;
    options.handle_signals = false;
    {
        one_route in_the_way(send_one);
        options.listen = {{.unix_socket = path.get()}, {.port = in_the_way.port()}};
        server second(options);
        CHECK_THROWS_WITH(second.start(), ContainsSubstring("port " + std::to_string(in_the_way.port())));
        CHECK_FALSE(fs::exists(path.get()));
        CHECK_THROWS_AS(second.port(), std::logic_error);
        in_the_way.stop();
        second.start();
        CHECK(second.port() == options.listen[1].port);
        CHECK(fs::exists(path.get()));
    }
    CHECK_FALSE(fs::exists(path.get()));
}

// An address in use would send its user looking for another program.
TEST_CASE("an endpoint that is given twice is named")
{
    socket_path path;
    server_options options;
    options.listen = {{.unix_socket = path.get()}, {.port = 0}, {.port = 0}, {.unix_socket = path.get()}};
    server twice(options);
    CHECK_THROWS_WITH(twice.start(), ContainsSubstring(path.get().string() + " twice"));
    CHECK_FALSE(fs::exists(path.get()));
}

// The short form and the list exclude each other: one of them would be left out.
TEST_CASE("an endpoint beside those of the options is refused")
{
    CHECK_THROWS_WITH(server({.port = 0}, {.listen = {{.port = 1}, {.port = 2}}}),
                      ContainsSubstring("but not both"));
    CHECK_THROWS_WITH(server({.port = 0}, {.listen = {}}), ContainsSubstring("but not both"));
}
