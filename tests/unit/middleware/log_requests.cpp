// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/log_requests.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

using namespace tidings;
using namespace std::chrono_literals;

namespace {

std::string line_of(stream_end const& over)
{
    std::string said;
    log_requests([&](std::string_view line) { said += line; })(over);
    return said;
}

} // namespace

// How long it took, and why it ended: of an answer only if that is not that all of it has left.
TEST_CASE("plain answers are logged with their status")
{
    stream_end over{.method = "GET",
                    .path = "/hello",
                    .status = 200,
                    .reason = end_reason::handler_returned,
                    .lasted = 1500ms};
    CHECK(line_of(over) == "GET /hello 200 1.500s");
    over.principal = "ada";
    CHECK(line_of(over) == "GET /hello 200 1.500s (ada)");
    over.reason = end_reason::client_gone;
    CHECK(line_of(over) == "GET /hello 200 1.500s client gone (ada)");
    over.principal = {};
    over.status = 500;
    over.reason = end_reason::failed;
    CHECK(line_of(over) == "GET /hello 500 1.500s failed");
}

TEST_CASE("streams are logged with their length and their end")
{
    stream_end over{.method = "GET", .path = "/ticks", .status = 200, .is_stream = true, .lasted = 61s};
    over.reason = end_reason::client_gone;
    CHECK(line_of(over) == "GET /ticks 200 stream 61.000s client gone");
    over.reason = end_reason::handler_returned;
    CHECK(line_of(over) == "GET /ticks 200 stream 61.000s handler returned");
}

// The client left before there was an answer: there is no status.
TEST_CASE("requests that got no answer have no status")
{
    CHECK(line_of({.method = "GET", .path = "/ticks", .reason = end_reason::client_gone}) ==
          "GET /ticks - 0.000s client gone");
    CHECK_THROWS_AS(log_requests(nullptr), std::invalid_argument);
}
