// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/testing/client.hpp>

#include <catch2/catch_test_macros.hpp>
#include <sys/resource.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tidings::test {

/// Both ends of so many connections are in this process, or in a child that inherits the limit.
inline void allow_descriptors(rlim_t count)
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

/// Each client has asked for `say_farewell`, and has its first event.
inline std::vector<testing::client> open_streams(std::uint16_t port, std::size_t count)
{
    std::vector<testing::client> clients;
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

/// Each client is told when to come back and why the stream ends, and gets the last chunk.
inline void require_ends(std::vector<testing::client>& clients)
{
    for (auto& each : clients) {
        std::string const rest = each.read_to_end();
        INFO(rest);
        REQUIRE(rest.find("retry: ") != rest.npos);
        REQUIRE(rest.find("data: server stopping\n\n") != rest.npos);
        REQUIRE(rest.ends_with("\r\n0\r\n\r\n"));
    }
}

} // namespace tidings::test
