// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/event_parser.hpp>
#include <tidings/sse/event_text.hpp>

#include "reference_parser.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <random>
#include <string>
#include <vector>

namespace {

using random_engine = std::mt19937;

std::size_t up_to(random_engine& random, std::size_t most)
{
    return std::uniform_int_distribution<std::size_t>(0, most)(random);
}

/// Text out of the pieces that parsers stumble over.
std::string random_text(random_engine& random)
{
    static std::array<std::string, 20> const pieces{
        "\n",      "\r",         "\r\n",       " ",
        ":",       "a",          "data:",      "data: evil\n\n",
        "id: 9\n", "event: x\r", "\t",         std::string(1, '\0'),
        "\u20AC",  "\uFEFF",     "\U0001F600", "\u2028",
        "\u0085",  "retry: 1\n", "x",          ""};
    std::string text;
    for (auto n = up_to(random, 8); n != 0; --n)
        text += pieces[up_to(random, pieces.size() - 1)];
    return text;
}

std::string without(std::string_view forbidden, std::string text)
{
    std::erase_if(text, [&](char c) { return forbidden.find(c) != std::string_view::npos; });
    return text;
}

/// The data that a client sees: every line break is LF.
std::string with_lf(std::string const& text)
{
    std::string result;
    for (std::size_t i = 0; i != text.size(); ++i) {
        if (text[i] == '\r' && i + 1 != text.size() && text[i + 1] == '\n')
            continue;
        result += text[i] == '\r' ? '\n' : text[i];
    }
    return result;
}

std::vector<tidings::received_event> parse_in_pieces(std::string_view stream, random_engine& random)
{
    tidings::event_parser parser;
    std::vector<tidings::received_event> events;
    while (!stream.empty()) {
        auto piece = stream.substr(0, 1 + up_to(random, 9));
        stream.remove_prefix(piece.size());
        while (auto event = parser.next(piece))
            events.push_back(*event);
    }
    return events;
}

} // namespace

// Whatever the members hold, a client gets exactly the events that were sent: none more, none other.
TEST_CASE("random events come back as they were sent")
{
    random_engine random(20240917);
    for (int round = 0; round != 2000; ++round) {
        std::string stream;
        std::vector<tidings::received_event> expected;
        std::string last_id;
        for (auto n = 1 + up_to(random, 4); n != 0; --n) {
            if (up_to(random, 3) == 0)
                stream += tidings::event_text::comment(random_text(random)).text();
            auto const id = without({"\r\n\0", 3}, random_text(random));
            auto const type = without("\r\n", random_text(random));
            auto const data = random_text(random);
            tidings::event sent;
            if (up_to(random, 1) == 0)
                sent.id = id;
            if (up_to(random, 1) == 0)
                sent.type = type;
            if (up_to(random, 4) != 0)
                sent.data = data;
            if (up_to(random, 4) == 0)
                sent.retry = std::chrono::milliseconds(up_to(random, 100000));

            tidings::event_text const text(sent);
            stream += text.text();
            CHECK(text.id() == sent.id);
            CHECK(text.type() == sent.type);
            CHECK(text.has_data() == (sent.data.data() != nullptr));
            if (sent.id.data() != nullptr)
                last_id = id;
            if (sent.data.data() != nullptr) {
                CHECK(text.data() == with_lf(data));
                expected.emplace_back(last_id, sent.type.empty() ? "message" : type, with_lf(data));
            }
        }
        REQUIRE(parse_in_pieces(stream, random) == expected);
        REQUIRE(parse_whole_stream(stream) == expected);
    }
}

// Arbitrary bytes of the alphabet that matters: both parsers see the same events.
TEST_CASE("random streams mean the same to both parsers")
{
    random_engine random(7);
    for (int round = 0; round != 5000; ++round) {
        std::string stream;
        for (auto n = up_to(random, 30); n != 0; --n)
            stream += random_text(random);
        REQUIRE(parse_in_pieces(stream, random) == parse_whole_stream(stream));
    }
}
