// SPDX-License-Identifier: BSL-1.0
// Events to wire text and back, and the check of UTF-8 that each event passes.
#include <tidings/sse/event_parser.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/sse/internal/encode.hpp>
#include <tidings/sse/utf8.hpp>

#include <catch2/benchmark/catch_benchmark.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using tidings::event;

namespace {

struct subject
{
    std::string name;
    std::string data;
};

std::string repeat(std::string_view text, int count)
{
    std::string all;
    for (int i = 0; i < count; ++i)
        all += text;
    return all;
}

std::array<subject, 3> subjects()
{
    return {subject{"64 B", std::string(64, 'x')}, subject{"1 KiB", std::string(1024, 'x')},
            subject{"1 KiB in 32 lines", repeat(std::string(31, 'x') + "\n", 32)}};
}

event make_event(subject const& from)
{
    return {.id = "b2k4zq-1234", .type = "price", .data = from.data};
}

/// Parses a text in pieces; the bytes of data that came out.
std::size_t parse(tidings::event_parser& parser, std::string_view text, std::size_t piece_size)
{
    std::size_t data_size = 0;
    for (; !text.empty(); text.remove_prefix(std::min(piece_size, text.size()))) {
        std::string_view piece = text.substr(0, piece_size);
        while (auto const received = parser.next(piece))
            data_size += received->data().size();
    }
    return data_size;
}

} // namespace

TEST_CASE("encode an event")
{
    for (subject const& each : subjects()) {
        event const value = make_event(each);
        std::vector<char> room(tidings::internal::encoded_size(value));
        BENCHMARK("check and encode an event of " + each.name)
        {
            std::size_t const size = tidings::internal::encoded_size(value);
            return tidings::internal::encode(value, room.data()) == room.data() + size;
        };
    }
}

TEST_CASE("parse an event")
{
    for (subject const& each : subjects()) {
        tidings::event_text const text(make_event(each));
        tidings::event_parser parser;
        REQUIRE(parse(parser, text.text(), 16) >= 64);
        BENCHMARK("parse an event of " + each.name + ", whole")
        {
            return parse(parser, text.text(), text.text().size());
        };
        BENCHMARK("parse an event of " + each.name + ", in pieces of 16 bytes")
        {
            return parse(parser, text.text(), 16);
        };
    }
}

TEST_CASE("check UTF-8")
{
    std::string const ascii(1024, 'x');
    std::string const mixed = repeat("g\xC3\xBCt \xE2\x82\xAC \xF0\x9F\x99\x82 so", 64); // 1 to 4 bytes each
    REQUIRE(tidings::is_valid_utf8(mixed));
    BENCHMARK("check 1 KiB of ASCII")
    {
        return tidings::is_valid_utf8(ascii);
    };
    BENCHMARK("check 1 KiB of characters of 1 to 4 bytes")
    {
        return tidings::is_valid_utf8(mixed);
    };
}
