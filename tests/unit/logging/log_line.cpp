// SPDX-License-Identifier: BSL-1.0
#include <tidings/logging/detail/log_line.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace std::chrono_literals;
using tidings::detail::message_as_json;
using tidings::detail::message_as_text;
using tidings::detail::request_as_json;
using tidings::detail::request_as_text;

namespace {

constexpr tidings::detail::wall_time noon{1'796'040'000s + 7ms}; // 2026-11-30, 12:00:00.007 UTC

} // namespace

TEST_CASE("a message as text and as JSON")
{
    CHECK(message_as_text(noon, tidings::log_level::warning, "look at this") ==
          "2026-11-30T12:00:00.007Z warning look at this");
    CHECK(message_as_json(noon, tidings::log_level::error, "look at this") ==
          R"({"time":"2026-11-30T12:00:00.007Z","level":"error","message":"look at this"})");
}

TEST_CASE("JSON stays JSON whatever a line contains")
{
    CHECK(message_as_json(noon, tidings::log_level::info, "\"quoted\" a\\b \n\x01 \xff ü") ==
          R"({"time":"2026-11-30T12:00:00.007Z","level":"info","message":"\"quoted\" a\\b \u000a\u0001 )"
          "\xef\xbf\xbd ü\"}");
}

TEST_CASE("a request as text and as JSON")
{
    CHECK(request_as_text(noon, "GET /builds 200 0.001s") ==
          "2026-11-30T12:00:00.007Z request GET /builds 200 0.001s");
    CHECK(request_as_json(noon, {.method = "GET",
                                 .path = "/builds/7",
                                 .route = "/builds/{id}",
                                 .principal = "ada",
                                 .address = "127.0.0.1",
                                 .protocol = "HTTP/2",
                                 .trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                 .status = 200,
                                 .is_stream = true,
                                 .reason = tidings::end_reason::client_gone,
                                 .cut = tidings::cut_reason::queue_overflow,
                                 .lasted = 1'500ms,
                                 .first_event = 2ms,
                                 .events = 3,
                                 .replayed = 1,
                                 .bytes = 99}) ==
          R"({"time":"2026-11-30T12:00:00.007Z","level":"info","method":"GET","path":"/builds/7",)"
          R"("route":"/builds/{id}","protocol":"HTTP/2","address":"127.0.0.1","principal":"ada",)"
          R"("trace":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","status":200,"stream":true,)"
          R"("reason":"client_gone","cut":"queue_overflow","seconds":1.500000,)"
          R"("first_event_seconds":0.002000,"events":3,"replayed":1,"bytes":99})");
}

TEST_CASE("what a request did not come to is left out of its line")
{
    CHECK(request_as_json(noon, {.method = "GET", .path = "/", .reason = tidings::end_reason::client_gone}) ==
          R"({"time":"2026-11-30T12:00:00.007Z","level":"info","method":"GET","path":"/","stream":false,)"
          R"("reason":"client_gone","seconds":0.000000,"events":0,"replayed":0,"bytes":0})");
}
