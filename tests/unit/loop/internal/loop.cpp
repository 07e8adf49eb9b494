// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/internal/loop.hpp>

#include "support/job.hpp"
#include "support/virtual_loop.hpp"

#include <boost/asio/strand.hpp>

#include <catch2/catch_test_macros.hpp>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::internal::loop;
using tidings::test::job;
using tidings::test::virtual_loop;

// An io_context has one loop, whichever of its executors asks.
TEST_CASE("one loop for each execution context")
{
    asio::io_context io;
    asio::io_context other;
    CHECK(&loop::of(io.get_executor()) == &loop::of(asio::make_strand(io)));
    CHECK(&loop::of(io.get_executor()) != &loop::of(other.get_executor()));
}

// What holds the others up is a turn that takes long, whoever began it; who asks begins anew.
TEST_CASE("a loop tells how long it was held up")
{
    virtual_loop at;
    CHECK(at.home().take_delay() == 0ms);
    job slow([&] { at.home().advance_virtual_time(at.now() + 300ms); });
    job quick([] {});
    at.home().run_in_turn(quick);
    at.home().run_in_turn(slow);
    at.home().run_in_turn(quick);
    CHECK(at.home().take_delay() == 300ms);
    CHECK(at.home().take_delay() == 0ms);
    at.home().push(slow);
    at.settle();
    CHECK(at.home().take_delay() == 300ms);
}
