// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/http2/detail/response_head.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using tidings::headers;
using tidings::detail::plain_lines;
using tidings::detail::response_lines;
using tidings::detail::stream_lines;

namespace {

std::string text_of(response_lines const& head)
{
    std::string all;
    for (auto const& [name, value] : head)
        all.append(name).append("=").append(value).append("\n");
    return all;
}

} // namespace

// Names are in lower case, and nothing is said of the connection.
TEST_CASE("the head of a plain answer over HTTP/2")
{
    headers fields;
    fields.add("X-Name", "Value");
    fields.add("Keep-Alive", "timeout=5");
    fields.add("Upgrade", "h2c");
    CHECK(text_of(plain_lines(200, fields, 5, "today")) ==
          ":status=200\ndate=today\nx-name=Value\ncontent-length=5\n");
    CHECK(text_of(plain_lines(204, {}, 0, "")) == ":status=204\n");
}

// The defaults are those of HTTP/1.1, and what was set takes their place.
TEST_CASE("the head of an event stream over HTTP/2")
{
    headers fields;
    fields.add("Cache-Control", "no-store");
    CHECK(text_of(stream_lines(200, fields, "")) ==
          ":status=200\ncache-control=no-store\ncontent-type=text/event-stream\nx-accel-buffering=no\n"
          "incremental=?1\n");
}
