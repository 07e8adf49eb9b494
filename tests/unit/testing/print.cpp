// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/print.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/catch_tostring.hpp>

#include <chrono>
#include <optional>

using namespace std::chrono_literals;
using namespace tidings;

namespace {

template <typename T>
std::string shown(T const& value)
{
    return Catch::Detail::stringify(value);
}

} // namespace

// As a failed check shows them; a member that is left out is not shown.
TEST_CASE("values print themselves")
{
    CHECK(shown(event{.id = "7", .type = "price", .data = "12", .retry = 1500ms}) ==
          R"(event id="7" type="price" data="12" retry=1500ms)");
    CHECK(shown(event{.data = ""}) == R"(event data="")");
    CHECK(shown(received_event("", "message", "a\nb")) == "event id=\"\" type=\"message\" data=\"a\nb\"");
    CHECK(shown(publish_result{.status = publish_status::queued, .id = "", .receivers = 2}) ==
          R"(queued id="" receivers=2 drops=0)");
    CHECK(shown(stream_end{.method = "GET",
                           .path = "/a",
                           .status = 200,
                           .reason = end_reason::client_gone,
                           .cut = cut_reason::write_timeout,
                           .events = 3,
                           .bytes = 90}) == "GET /a 200 client gone, cut: write_timeout, events=3 bytes=90");
}

TEST_CASE("enumerators print their names")
{
    CHECK(shown(cut_reason::behind) == "behind");
    CHECK(shown(end_reason::handler_returned) == "handler returned");
    CHECK(shown(follow_end::disconnected) == "disconnected");
    CHECK(shown(half_close::keep) == "keep");
    CHECK(shown(overflow::wait) == "wait");
    CHECK(shown(publish_status::context_ended) == "context_ended");
    CHECK(shown(static_cast<half_close>(9)) == "no such value: 9");
}

// Also where there may be none, as of `next_event`.
TEST_CASE("optional values print themselves")
{
    CHECK(shown(std::optional(cut_reason::behind)) == "behind");
    CHECK(shown(std::optional<received_event>()) == "nothing");
}
