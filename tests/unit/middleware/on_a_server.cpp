// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/authenticate.hpp>
#include <tidings/middleware/cors.hpp>
#include <tidings/middleware/log_requests.hpp>

#include "support/server_fixture.hpp"
#include "unit/middleware/exchange.hpp"

#include <catch2/catch_test_macros.hpp>

#include <mutex>
#include <string>
#include <vector>

using namespace tidings;

namespace {

tidings::admission by_cookie(request const& asked)
{
    return asked.cookie("session") == "7" ? tidings::admission::granted : tidings::admission::unauthenticated;
}

// A regular file, without content as far as its size says.
boost::asio::awaitable<response> send_file_that_is_there(context, request const&)
{
    auto answer = response::file("/proc/self/status");
    co_return answer;
}

boost::asio::awaitable<response> send_file_that_is_missing(context, request const&)
{
    auto answer = response::file("/proc/self/no-such-file");
    co_return answer;
}

} // namespace

// Middleware stands around everything that a server answers: routes, HEAD, OPTIONS, what has no route, and
// what checks answer. These are asked in their order, so a preflight, which carries no cookie, is answered
// before anybody asks for one.
TEST_CASE("a server's middleware sees every answer, and checks are asked in the order given")
{
    std::mutex lock;
    std::vector<std::string> lines;
    auto options = test::server_fixture::brisk();
    options.on_stream_end = log_requests([&](std::string_view line) {
        std::lock_guard const guard(lock);
        auto const path = line.find(' ');
        auto const status = line.find(' ', path + 1);
        lines.emplace_back(line.substr(0, status + 4)); // without the times
    });
    test::server_fixture fixture(options);
    fixture.routes().check(cors({.origins = {"https://app.example"}, .credentials = true}));
    fixture.routes().check(authenticate(by_cookie));
    fixture.routes().get("/hello", test::say_hello);
    fixture.routes().get("/ticks", test::tick);
    fixture.start();

    auto const origin = std::string("Host: x\r\nOrigin: https://app.example\r\n");
    auto const cookie_too = origin + "Cookie: session=7\r\n";
    auto const answer_to = [&](std::string const& line, std::string const& header_lines) {
        auto client = fixture.connect();
        client.send(line + " HTTP/1.1\r\n" + header_lines + "Connection: close\r\n\r\n");
        return client.read_head();
    };

    auto const preflight = answer_to("OPTIONS /hello", origin + "Access-Control-Request-Method: GET\r\n");
    CHECK(preflight.status() == 204);
    CHECK(preflight.header("Access-Control-Allow-Credentials") == "true");

    auto const unknown = answer_to("GET /hello", origin);
    CHECK(unknown.status() == 401);
    CHECK(unknown.header("Access-Control-Allow-Origin") == "https://app.example");

    CHECK(answer_to("GET /hello", cookie_too).status() == 200);
    CHECK(answer_to("HEAD /ticks", cookie_too).header("Access-Control-Allow-Origin") ==
          "https://app.example");
    CHECK(answer_to("GET /nowhere", cookie_too).status() == 404);
    CHECK(answer_to("GET /nowhere", cookie_too).header("Vary") == "Origin");
    CHECK(answer_to("DELETE /hello", cookie_too).status() == 405);

    fixture.stop();
    std::lock_guard const guard(lock);
    CHECK(lines == std::vector<std::string>{"OPTIONS /hello 204", "GET /hello 401", "GET /hello 200",
                                            "HEAD /ticks 200", "GET /nowhere 404", "GET /nowhere 404",
                                            "DELETE /hello 405"});
}

// The line of a file says what was sent: whether it is there is not known when its handler returns.
TEST_CASE("files are logged with the status that was sent")
{
    std::mutex lock;
    std::vector<std::string> lines;
    auto const keep = [&](std::string_view line) {
        std::lock_guard const guard(lock);
        lines.emplace_back(line.substr(0, line.rfind(' '))); // without the time
    };
    auto options = test::server_fixture::brisk();
    options.on_stream_end = log_requests(keep);
    test::server_fixture fixture(options);
    fixture.routes().get("/there", send_file_that_is_there);
    fixture.routes().get("/missing", send_file_that_is_missing);
    fixture.start();
    auto client = fixture.connect();
    client.get("/there");
    CHECK(client.read_head().status() == 200);
    CHECK(client.read_body().empty());
    client.get("/missing");
    CHECK(client.read_head().status() == 404);
    CHECK(client.read_body() == "not found\n");
    client.close();
    fixture.stop();
    CHECK(lines == std::vector<std::string>{"GET /there 200", "GET /missing 404"});
}
