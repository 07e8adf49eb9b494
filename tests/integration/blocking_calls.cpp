// SPDX-License-Identifier: BSL-1.0
// Calls of `run_blocking` that go on when their server ends.
#include <tidings/wait/run_blocking.hpp>

#include "one_route.hpp"

#include <boost/asio/io_context.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::context;
using tidings::request;
using tidings::response;
using tidings::server;
using tidings::test::server_fixture;

namespace {

struct gate
{
    std::binary_semaphore entered{0};
    std::binary_semaphore open{0};
    std::atomic<bool> is_left{false};
};

void pass(std::shared_ptr<gate> through)
{
    through->entered.release();
    through->open.acquire();
    through->is_left = true;
}

asio::awaitable<response> call_gate(std::shared_ptr<gate> through, context ctx, request const&)
{
    bool const passed = co_await tidings::run_blocking(ctx, pass, through);
    co_return response::text(passed ? "passed" : "given up");
}

/// Starts the server; its first client asks for what the gate holds.
tidings::testing::client ask_for_gate(server& of, std::shared_ptr<gate> const& held)
{
    of.get("/", std::bind_front(call_gate, held));
    of.start();
    tidings::testing::client asking(of.port());
    asking.get("/");
    return asking;
}

/// Opens the gate when the server says that it waits.
tidings::server_options telling(std::shared_ptr<gate> const& held, std::atomic<int>& told)
{
    auto options = server_fixture::brisk();
    options.listen = {{.port = 0}};
    options.handle_signals = false;
    options.log = [held, &told](tidings::log_level, std::string_view line) {
        if (line.find("calls of run_blocking still run") == line.npos)
            return;
        if (++told == 1)
            held->open.release();
    };
    return options;
}

} // namespace

// A call cannot be interrupted: `run` comes back within the drain time all the same, and the destructor waits
// for the call, and says so. Were it silent, this would wait for ever.
TEST_CASE("a server that ends says that it waits for a call")
{
    auto const held = std::make_shared<gate>();
    std::atomic<int> told{0};
    {
        server ending(telling(held, told));
        auto asking = ask_for_gate(ending, held);
        std::thread serving([&ending] { ending.run(); });
        held->entered.acquire();
        ending.stop();
        serving.join();
        CHECK(told == 0);
        CHECK_FALSE(held->is_left);
    }
    CHECK(told == 1);
    CHECK(held->is_left);
}

// On a loop of the application it is the `io_context` that waits; the server says so, and goes.
TEST_CASE("an embedded server that ends says who waits for a call")
{
    auto const held = std::make_shared<gate>();
    std::atomic<int> told{0};
    {
        asio::io_context io;
        {
            server ending(io, telling(held, told));
            auto asking = ask_for_gate(ending, held);
            std::thread running([&io] { io.run(); });
            held->entered.acquire();
            ending.stop();
            running.join();
        }
        CHECK(told == 1);
    }
    CHECK(held->is_left);
}

// Nothing is said of a call that comes to its end meanwhile.
TEST_CASE("a call that ends with its server is not worth a word")
{
    auto const held = std::make_shared<gate>();
    std::atomic<int> told{0};
    {
        server ending(telling(held, told));
        auto asking = ask_for_gate(ending, held);
        std::thread serving([&ending] { ending.run(); });
        held->entered.acquire();
        held->open.release();
        CHECK(asking.read_head().status() == 200);
        ending.stop();
        serving.join();
    }
    CHECK(told == 0);
}
