// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/refused_for_now.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string_view>

using namespace std::chrono_literals;
using tidings::refused_for_now;
using tidings::request;

namespace {

int status_for(request const& asked)
{
    return refused_for_now(asked, 503, 4s, "full").status();
}

request accepting(std::string_view what)
{
    return request::get("/").with_header("Accept", what);
}

} // namespace

// An EventSource would never come back from a status: it is told when to come back, and why not now.
TEST_CASE("an EventSource is refused by a stream that ends")
{
    auto const answer = refused_for_now(accepting("text/event-stream"), 503, 4321ms, "the server is full");
    CHECK(answer.status() == 200);
    CHECK(answer.header("Content-Type") == "text/event-stream");
    CHECK(answer.header("Cache-Control") == "no-store");
    CHECK(answer.body() == "retry: 4321\n: the server is full\n\n");
}

// Everybody else is refused by a status, with the pause in whole seconds.
TEST_CASE("others are refused for now by a status")
{
    auto const answer = refused_for_now(request::get("/"), 429, 4001ms, "too many");
    CHECK(answer.status() == 429);
    CHECK(answer.header("Retry-After") == "5");
    CHECK(answer.body() == "too many\n");
}

// Who accepts anything else, or asks by another method, can read a status.
TEST_CASE("only who accepts events alone is an EventSource")
{
    CHECK(status_for(accepting("Text/Event-Stream")) == 200);
    CHECK(status_for(accepting("text/event-stream;q=0.9")) == 200);
    CHECK(status_for(accepting("text/event-stream").with_header("Accept", "text/event-stream")) == 200);
    CHECK(status_for(accepting("text/event-stream, */*")) == 503);
    CHECK(status_for(accepting("text/event-stream").with_header("Accept", "text/html")) == 503);
    CHECK(status_for(accepting("*/*")) == 503);
    CHECK(status_for(accepting("")) == 503);
    CHECK(status_for(request("HEAD", "/").with_header("Accept", "text/event-stream")) == 503);
    CHECK(status_for(request::post("/", "").with_header("Accept", "text/event-stream")) == 503);
}

// A reason cannot break out of its comment, and a pause is never negative.
TEST_CASE("a reason stays in its comment")
{
    auto const answer = refused_for_now(accepting("text/event-stream"), 503, -1s, "a\r\ndata: b\n\nc");
    CHECK(answer.body() == "retry: 0\n: a  data: b  c\n\n");
}
