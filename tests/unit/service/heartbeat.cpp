// SPDX-License-Identifier: BSL-1.0
#include <tidings/service/detail/heartbeat.hpp>

#include <boost/asio/io_context.hpp>

#include <catch2/catch_test_macros.hpp>

using tidings::detail::heartbeat;

namespace {

struct two_loops
{
    boost::asio::io_context first;
    boost::asio::io_context second;
    int alive = 0;
    std::shared_ptr<heartbeat> const beat = std::make_shared<heartbeat>(
        std::vector<boost::asio::any_io_executor>{first.get_executor(), second.get_executor()},
        [this] { ++alive; });

    void run(boost::asio::io_context& which) const
    {
        which.restart();
        which.poll();
    }
};

} // namespace

TEST_CASE("all loops have to answer for a service to be alive")
{
    two_loops of;
    of.beat->ask();
    of.run(of.first);
    CHECK(of.alive == 0);
    of.run(of.second);
    CHECK(of.alive == 1);
    of.beat->ask();
    of.run(of.second);
    of.run(of.first);
    CHECK(of.alive == 2);
}

// Else questions would pile up before a loop that is stuck.
TEST_CASE("nothing is asked while a loop owes an answer")
{
    two_loops of;
    for (int i = 0; i < 3; ++i) {
        of.beat->ask();
        of.run(of.first);
    }
    CHECK(of.alive == 0);
    of.second.restart();
    CHECK(of.second.poll() == 1);
    CHECK(of.alive == 1);
}
