// SPDX-License-Identifier: BSL-1.0
#include <tidings/metrics/detail/ended_requests.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

using namespace tidings;
using namespace tidings::detail;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string written(ended_requests const& of)
{
    exposition out(text_format::prometheus);
    of.write_to(out);
    return std::move(out).end();
}

stream_end stream(end_reason reason, std::optional<cut_reason> cut = {})
{
    return {.method = "GET",
            .route = "/a/{b}",
            .status = 200,
            .is_stream = true,
            .reason = reason,
            .cut = cut,
            .lasted = 2s};
}

} // namespace

TEST_CASE("streams are counted by route, reason and cut")
{
    ended_requests all;
    all.add(stream(end_reason::client_gone));
    all.add(stream(end_reason::client_gone));
    all.add(stream(end_reason::client_gone, cut_reason::write_timeout));
    all.add(stream(end_reason::handler_returned, cut_reason::behind));
    all.add(stream(end_reason::deadline_exceeded, cut_reason::queue_overflow));
    all.add(stream(end_reason::failed, cut_reason::handler_failed));
    auto begun = stream(end_reason::server_stopping);
    begun.first_event = 20ms;
    all.add(begun);
    auto const text = written(all);
    for (
        char const* line : {
            R"(tidings_streams_ended_total{route="/a/{b}",reason="client_gone",cut="none"} 2)",
            R"(tidings_streams_ended_total{route="/a/{b}",reason="client_gone",cut="write_timeout"} 1)",
            R"(tidings_streams_ended_total{route="/a/{b}",reason="handler_returned",cut="behind"} 1)",
            R"(tidings_streams_ended_total{route="/a/{b}",reason="deadline_exceeded",cut="queue_overflow"} 1)",
            R"(tidings_streams_ended_total{route="/a/{b}",reason="failed",cut="handler_failed"} 1)",
            R"(tidings_streams_ended_total{route="/a/{b}",reason="server_stopping",cut="none"} 1)",
            R"(tidings_stream_seconds_bucket{route="/a/{b}",le="1"} 0)",
            R"(tidings_stream_seconds_bucket{route="/a/{b}",le="5"} 7)",
            R"(tidings_stream_seconds_count{route="/a/{b}"} 7)",
            R"(tidings_stream_first_event_seconds_bucket{route="/a/{b}",le="0.025"} 1)",
            R"(tidings_stream_first_event_seconds_count{route="/a/{b}"} 1)",
        })
        CHECK_THAT(text, ContainsSubstring(line));
    CHECK_THAT(text, !ContainsSubstring("tidings_requests_total{"));
}

TEST_CASE("plain answers are counted by route, method and status")
{
    ended_requests all;
    stream_end over{.method = "POST", .route = "/emit", .status = 201, .lasted = 3ms};
    all.add(over);
    over.status = 0;
    all.add(over);
    auto const text = written(all);
    for (char const* line : {
             R"(tidings_requests_total{route="/emit",method="POST",status="201"} 1)",
             R"(tidings_requests_total{route="/emit",method="POST",status="none"} 1)",
             R"(tidings_request_seconds_bucket{route="/emit",method="POST",status="201",le="0.005"} 1)",
             R"(tidings_request_seconds_count{route="/emit",method="POST",status="201"} 1)",
         })
        CHECK_THAT(text, ContainsSubstring(line));
    CHECK_THAT(text, !ContainsSubstring("tidings_streams_ended_total{"));
}

// A client could fill the memory of whoever scrapes with its inventions.
TEST_CASE("no method that a client invents, and no path, has a series of its own")
{
    ended_requests all;
    for (int i = 0; i < 100; ++i) {
        std::string const method = "M" + std::to_string(i);
        std::string const path = "/p" + std::to_string(i);
        all.add({.method = method, .path = path, .status = 404, .lasted = 1ms});
    }
    auto const text = written(all);
    CHECK_THAT(text,
               ContainsSubstring(R"(tidings_requests_total{route="none",method="other",status="404"} 100)"));
    CHECK(std::ranges::count(text, '\n') < 40);
}
