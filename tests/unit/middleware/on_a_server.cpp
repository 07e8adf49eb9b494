// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/authenticate.hpp>
#include <tidings/middleware/cors.hpp>
#include <tidings/middleware/log_requests.hpp>
#include <tidings/testing/app.hpp>

#include "unit/middleware/exchange.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
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
    std::vector<std::string> lines;
    server_options options;
    options.on_stream_end = log_requests([&](std::string_view line) {
        auto const path = line.find(' ');
        auto const status = line.find(' ', path + 1);
        lines.emplace_back(line.substr(0, status + 4)); // without the times
    });
    testing::virtual_time time;
    server served(time.loop(), options);
    served.check(cors({.origins = {"https://app.example"}, .credentials = true}));
    served.check(authenticate(by_cookie));
    served.get("/hello", test::say_hello);
    served.get("/ticks", test::tick);
    testing::app app(served, time);

    auto const from_origin = [](std::string_view method, std::string_view target) {
        return request(method, target).with_header("Origin", "https://app.example");
    };
    auto const with_cookie = [&](std::string_view method, std::string_view target) {
        return app.send(from_origin(method, target).with_header("Cookie", "session=7"));
    };

    auto const preflight =
        app.send(from_origin("OPTIONS", "/hello").with_header("Access-Control-Request-Method", "GET"));
    CHECK(preflight.status() == 204);
    CHECK(preflight.head()->header("Access-Control-Allow-Credentials") == "true");

    auto const unknown = app.send(from_origin("GET", "/hello"));
    CHECK(unknown.status() == 401);
    CHECK(unknown.head()->header("Access-Control-Allow-Origin") == "https://app.example");

    CHECK(with_cookie("GET", "/hello").status() == 200);
    CHECK(with_cookie("HEAD", "/ticks").head()->header("Access-Control-Allow-Origin") ==
          "https://app.example");
    CHECK(with_cookie("GET", "/nowhere").status() == 404);
    CHECK(with_cookie("GET", "/nowhere").head()->header("Vary") == "Origin");
    CHECK(with_cookie("DELETE", "/hello").status() == 405);

    CHECK(lines == std::vector<std::string>{"OPTIONS /hello 204", "GET /hello 401", "GET /hello 200",
                                            "HEAD /ticks 200", "GET /nowhere 404", "GET /nowhere 404",
                                            "DELETE /hello 405"});
}

// The line of a file says what was sent: whether it is there is not known when its handler returns.
TEST_CASE("files are logged with the status that was sent")
{
    std::vector<std::string> lines;
    server_options options;
    options.on_stream_end = log_requests([&](std::string_view line) {
        lines.emplace_back(line.substr(0, line.rfind(' '))); // without the time
    });
    testing::virtual_time time;
    server served(time.loop(), options);
    served.get("/there", send_file_that_is_there);
    served.get("/missing", send_file_that_is_missing);
    testing::app app(served, time);
    auto const there = app.get("/there");
    CHECK(there.status() == 200);
    CHECK(there.text().empty());
    auto const missing = app.get("/missing");
    CHECK(missing.status() == 404);
    CHECK(missing.text() == "not found\n");
    CHECK(lines == std::vector<std::string>{"GET /there 200", "GET /missing 404"});
}
