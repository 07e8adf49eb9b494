// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/cors.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string_view>

namespace asio = boost::asio;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::response;
using tidings::test::server_fixture;
using tidings::testing::received_head;

namespace {

asio::awaitable<void> throw_with_headers(context, request const&, event_stream& out)
{
    out.set_header("Cache-Control", "max-age=3600");
    out.add_header("Vary", "Cookie");
    throw std::runtime_error("before the head");
    co_return;
}

asio::awaitable<void> throw_after_response(context, request const&, event_stream& out)
{
    co_await out.respond(response::text("fine").with_header("X-Own", "yes"));
    throw std::runtime_error("after all");
}

asio::awaitable<response> vary(context, request const&)
{
    co_return response::text("hello\n").with_header("Vary", "Accept");
}

asio::awaitable<response> throw_plainly(context, request const&)
{
    throw std::runtime_error("no answer");
    co_return response(204);
}

asio::awaitable<response> send_missing_file(context, request const&)
{
    auto answer = response::file("/nowhere/picture.png").with_header("Cache-Control", "max-age=3600");
    answer.with_header("Content-Disposition", "attachment");
    co_return answer;
}

asio::awaitable<void> respond_missing_file(context, request const&, event_stream& out)
{
    out.set_header("Cache-Control", "max-age=3600");
    out.add_header("Vary", "Cookie");
    co_await out.respond(response::file("/nowhere/picture.png"));
}

class failing_server
{
public:
    explicit failing_server(tidings::server_options options = server_fixture::brisk())
        : fixture(std::move(options))
    {
        fixture.routes().check(tidings::cors({.origins = {"https://app.example"}, .credentials = true}));
        fixture.routes().get("/headers", throw_with_headers);
        fixture.routes().get("/late", throw_after_response);
        fixture.routes().get("/plain", throw_plainly);
        fixture.routes().get("/varied", vary);
        fixture.routes().get("/missing", send_missing_file);
        fixture.routes().get("/missing/of-stream", respond_missing_file);
        fixture.routes().get("/open", stay_open);
        fixture.start();
    }

    received_head ask(std::string_view target, std::string_view header_lines = {}) const
    {
        auto client = fixture.connect();
        client.get(target, "Origin: https://app.example\r\n" + std::string(header_lines));
        return client.read_head();
    }

    server_fixture fixture;
};

bool may_be_seen(received_head const& answer)
{
    return answer.header("Access-Control-Allow-Origin") == "https://app.example" &&
           answer.header("Access-Control-Allow-Credentials") == "true" && answer.header("Vary") == "Origin";
}

} // namespace

// A browser hides an answer without CORS headers from the page, also its status: what a check has added goes
// out with a failure too. What the handler itself had set does not, since it was meant for another answer.
TEST_CASE("a failed handler's answer keeps the headers of checks")
{
    failing_server const served;
    for (auto const* target : {"/headers", "/late", "/plain"}) {
        INFO(target);
        auto const answer = served.ask(target);
        CHECK(answer.status() == 500);
        CHECK(may_be_seen(answer));
        CHECK_FALSE(answer.has_header("Cache-Control"));
        CHECK_FALSE(answer.has_header("X-Own"));
    }
}

// What the handler had said of the file does not hold for its absence.
TEST_CASE("the 404 of a missing file keeps the headers of checks")
{
    failing_server const served;
    for (auto const* target : {"/missing", "/missing/of-stream"}) {
        INFO(target);
        auto const answer = served.ask(target);
        CHECK(answer.status() == 404);
        CHECK(may_be_seen(answer));
        CHECK(answer.header("Content-Type") == "text/plain; charset=utf-8");
        CHECK_FALSE(answer.has_header("Cache-Control"));
        CHECK_FALSE(answer.has_header("Content-Disposition"));
    }
}

// So do the answers that the server gives in a handler's place. Without them the client of a finished stream,
// on a page of another origin, could take the 204 for a broken network, and come back for ever. No cache may
// keep them for other clients of the stream.
TEST_CASE("204 and 429 keep the headers of checks")
{
    auto options = server_fixture::brisk();
    options.per_address.streams = 1;
    failing_server const served(options);
    auto const finished = served.ask("/open", "Last-Event-ID: 7;finished\r\n");
    CHECK(finished.status() == 204);
    CHECK(finished.header("Cache-Control") == "no-store");
    CHECK(may_be_seen(finished));
    auto const holding = ask(served.fixture, "/open");
    auto const refused = served.ask("/open");
    CHECK(refused.status() == 429);
    CHECK(refused.header("Cache-Control") == "no-store");
    CHECK(may_be_seen(refused));
}

// A handler that varies its answer by itself keeps its Vary beside that of a check.
TEST_CASE("a handler's own Vary stays")
{
    failing_server const served;
    auto asking = served.fixture.connect();
    asking.get("/varied", "Origin: https://app.example\r\n");
    CHECK(asking.read_until("\r\n\r\n").find("Vary: Accept\r\nVary: Origin\r\n") != std::string::npos);
}
