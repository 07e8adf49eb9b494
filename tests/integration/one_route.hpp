// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/server_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>
#include <utility>

namespace tidings::test {

/// A server that is at work, and whose "/" is one handler.
class one_route : public test::server_fixture
{
public:
    explicit one_route(handler answer, server_options options = brisk()) : server_fixture(std::move(options))
    {
        routes().get("/", std::move(answer));
        start();
    }
};

/// A client that has asked, and has read the head of the answer: 200.
inline testing::client ask(test::server_fixture const& server, std::string_view target = "/",
                           std::string_view header_lines = {})
{
    auto asking = server.connect();
    asking.get(target, header_lines);
    CHECK(asking.read_head().status() == 200);
    return asking;
}

/// The same, over a connection that ends with the answer.
inline testing::client ask_once(test::server_fixture const& server, std::string_view target = "/")
{
    return ask(server, target, "Connection: close\r\n");
}

inline bool no_handler_is_left(server_stats const& now)
{
    return now.handlers == 0;
}

inline bool nothing_is_left(server_stats const& now)
{
    return now.handlers == 0 && now.streams == 0 && now.connections == 0;
}

} // namespace tidings::test
