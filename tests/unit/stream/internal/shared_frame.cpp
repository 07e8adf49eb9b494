// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/internal/shared_frame.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using tidings::internal::framing;
using tidings::internal::shared_frame;

// The chunk of HTTP/1.1 (RFC 9112, 7.1) around the text: its size in hexadecimal digits, and two line ends.
TEST_CASE("a frame holds its text with and without a chunk around it")
{
    std::string const text = "id: 7\ndata: hello\n\n";
    shared_frame const frame(text);
    CHECK(frame.text() == text);
    CHECK(frame.bytes(framing::none) == text);
    CHECK(frame.bytes(framing::chunked) == "13\r\n" + text + "\r\n");
    shared_frame const large(std::string(70'000, 'x'));
    CHECK(large.bytes(framing::chunked).starts_with("11170\r\nxxx"));
    CHECK(large.bytes(framing::chunked).size() == 70'000 + 9);
}

// Copies share the bytes, and so does the event that is read out of it.
TEST_CASE("copies of a frame share its bytes")
{
    shared_frame original("id: 7\nevent: t\ndata: x\n\n");
    auto const copy = original;
    auto const event = copy.event();
    CHECK(copy.text().data() == original.text().data());
    CHECK(event.text().data() == original.text().data());
    original = {};
    CHECK(event.id() == "7");
    CHECK(event.type() == "t");
    CHECK(event.data() == "x");
    CHECK(original.text().empty());
}
