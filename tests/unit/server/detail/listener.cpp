// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/listener.hpp>
#include <tidings/server/detail/loop_state.hpp>
#include <tidings/server/detail/shared_state.hpp>
#include <tidings/testing/client.hpp>

#include <boost/asio/io_context.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::server_options;
using tidings::detail::listener;
using tidings::detail::loop_state;
using tidings::detail::newcomer;
using tidings::detail::shared_state;

// Whoever is handed a connection may fail at it; the next client is accepted all the same.
TEST_CASE("a listener goes on when a connection was not taken")
{
    asio::io_context io;
    auto const home = std::make_shared<loop_state>(io, std::make_shared<shared_state>(server_options()), 1);
    int handed_on = 0;
    auto const listening =
        std::make_shared<listener>(*home, tidings::endpoint{.port = 0}, [&](newcomer const& client) {
            CHECK(client.socket.is_open());
            CHECK(client.peer.to_string() == "127.0.0.1");
            if (++handed_on == 1)
                throw std::runtime_error("no memory is left");
        });
    listening->start();
    tidings::testing::client const first(listening->port());
    CHECK_THROWS_AS(io.run_for(10s), std::runtime_error);
    tidings::testing::client const second(listening->port());
    while (handed_on < 2 && io.run_one_for(10s) > 0) {
    }
    CHECK(handed_on == 2);
    listening->stop();
}
