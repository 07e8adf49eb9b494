// SPDX-License-Identifier: BSL-1.0
#include <tidings/service/detail/environment.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <map>
#include <stdexcept>

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using tidings::detail::environment;

namespace {

environment read(std::map<std::string, std::string> const& variables)
{
    auto const look_up = [&](char const* name) {
        auto const found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    };
    return tidings::detail::read_environment(look_up, 42);
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("a process that systemd has not started is told nothing")
{
    environment const none = read({});
    CHECK(none.notify_socket.empty());
    CHECK_FALSE(none.watchdog);
    CHECK(none.sockets.empty());
}

TEST_CASE("what systemd says is read from its variables")
{
    environment const all = read({{"NOTIFY_SOCKET", "@a"},
                                  {"WATCHDOG_USEC", "30000000"},
                                  {"WATCHDOG_PID", "42"},
                                  {"LISTEN_PID", "42"},
                                  {"LISTEN_FDS", "2"},
                                  {"LISTEN_FDNAMES", "http:https"}});
    CHECK(all.notify_socket == "@a");
    CHECK(all.watchdog == 30s);
    CHECK(all.sockets == names{"http", "https"});
}

// Older versions of systemd give no names; a name may be empty.
TEST_CASE("each socket has a name")
{
    CHECK(read({{"LISTEN_PID", "42"}, {"LISTEN_FDS", "2"}}).sockets == names{"unknown", "unknown"});
    CHECK(read({{"LISTEN_PID", "42"}, {"LISTEN_FDS", "3"}, {"LISTEN_FDNAMES", "a::c"}}).sockets ==
          names{"a", "", "c"});
    CHECK(read({{"LISTEN_PID", "42"}, {"LISTEN_FDS", "1"}, {"LISTEN_FDNAMES", "a:b"}}).sockets == names{"a"});
    CHECK(read({{"LISTEN_PID", "42"}}).sockets.empty());
}

// A child inherits the variables of its parent.
TEST_CASE("variables for another process are not followed")
{
    CHECK(read({{"LISTEN_PID", "41"}, {"LISTEN_FDS", "2"}}).sockets.empty());
    CHECK(read({{"LISTEN_FDS", "2"}}).sockets.empty());
    CHECK_FALSE(read({{"WATCHDOG_USEC", "1000"}, {"WATCHDOG_PID", "41"}}).watchdog);
    CHECK(read({{"WATCHDOG_USEC", "1000"}}).watchdog == 1ms);
    CHECK_FALSE(read({{"WATCHDOG_USEC", "0"}}).watchdog);
}

TEST_CASE("a variable that makes no sense is named")
{
    CHECK_THROWS_WITH(read({{"LISTEN_PID", "x"}}),
                      ContainsSubstring("LISTEN_PID") && ContainsSubstring("\"x\""));
    CHECK_THROWS_WITH(read({{"LISTEN_PID", "42"}, {"LISTEN_FDS", "65"}}), ContainsSubstring("LISTEN_FDS"));
    CHECK_THROWS_WITH(read({{"WATCHDOG_USEC", "-1"}}), ContainsSubstring("WATCHDOG_USEC"));
    CHECK_THROWS_AS(read({{"WATCHDOG_USEC", "99999999999999999999"}}), std::runtime_error);
}
