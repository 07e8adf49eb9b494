// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/channel.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <boost/asio/post.hpp>

#include <catch2/catch_test_macros.hpp>

#include <future>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

namespace asio = boost::asio;
using namespace tidings::test;
using tidings::context;
using tidings::end_reason;
using tidings::request;
using tidings::response;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

asio::awaitable<response> break_loop(context ctx, request const&)
{
    asio::post(ctx.get_executor(), [] { throw std::runtime_error("two\nlines"); });
    asio::post(ctx.get_executor(), [] { throw 7; });
    co_return response::text("broken\n");
}

asio::awaitable<response> fail(context, request const&)
{
    throw std::runtime_error("out of ink");
    co_return response(204);
}

asio::awaitable<void> fail_in_background(context)
{
    throw std::runtime_error("out of paper");
    co_return;
}

asio::awaitable<void> tell_how_it_ends(context ctx, std::shared_ptr<std::promise<end_reason>> told)
{
    tidings::channel<int> never;
    co_await never.receive(ctx);
    told->set_value(ctx.reason());
}

} // namespace

// Whatever leaves a loop is logged, on one line, and the loop goes on.
TEST_CASE("an exception that leaves a loop")
{
    one_route fixture(break_loop);
    CHECK(ask(fixture).read_body() == "broken\n");
    CHECK(fixture.wait_for_log("an exception left a loop, which continues: two\\nlines"));
    CHECK(fixture.wait_for_log("an exception left a loop, which continues: an exception that is not"));
    CHECK(ask(fixture).read_body() == "broken\n");
}

// A log that throws loses no more than its lines: no client, no loop, and no work in the background.
TEST_CASE("a log that throws costs nobody anything")
{
    auto options = server_fixture::brisk();
    options.handle_signals = false;
    options.log = [](tidings::log_level, std::string_view) { throw std::runtime_error("no space is left"); };
    tidings::server server({.port = 0}, options);
    server.get("/", answer_plainly);
    server.get("/fails", fail);
    server.get("/breaks", break_loop);
    auto const ended = std::make_shared<std::promise<end_reason>>();
    server.spawn(tell_how_it_ends, ended);
    server.spawn(fail_in_background);
    server.start();
    std::thread serving([&server] { server.run(); });
    {
        client refused(server.port());
        refused.send("nonsense\r\n\r\n");
        CHECK(refused.read_head().status() == 400);
        client asking(server.port());
        for (auto const& [target, status] : {std::pair("/fails", 500), {"/breaks", 200}, {"/", 200}}) {
            asking.get(target);
            CHECK(asking.read_head().status() == status);
            (void)asking.read_body();
        }
    }
    server.stop();
    serving.join();
    CHECK(ended->get_future().get() == end_reason::server_stopping);
}
