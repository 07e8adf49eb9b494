// SPDX-License-Identifier: BSL-1.0
// What an engine answers, in any pieces, and what none may answer.
#include <tidings/net/redis/internal/engine_fault.hpp>
#include <tidings/net/redis/internal/resp.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace tidings::internal;

namespace {

constexpr std::string_view answers =
    "*3\r\n$2\r\na\n\r\n:-7\r\n*2\r\n$-1\r\n+OK\r\n-OOM no\r\n$0\r\n\r\n*0\r\n";

std::string text_of(engine_reply const& of)
{
    switch (of.what) {
    case engine_reply::kind::nothing:
        return "nil";
    case engine_reply::kind::number:
        return std::to_string(of.number);
    case engine_reply::kind::error:
        return "!" + of.text;
    case engine_reply::kind::text:
        return "\"" + of.text + "\"";
    case engine_reply::kind::list:
        break;
    }
    std::string all = "[";
    for (auto const& each : of.items)
        all += text_of(each) + ",";
    return all + "]";
}

std::string read(reply_reader& by)
{
    std::string all;
    while (auto const next = by.next())
        all += text_of(*next) + " ";
    return all;
}

} // namespace

// Answers are the same however the bytes are cut, at each place and byte by byte.
TEST_CASE("answers in pieces")
{
    std::string const whole = R"(["a)"
                              "\n"
                              R"(",-7,[nil,"OK",],] !OOM no "" [] )";
    for (std::size_t cut = 0; cut <= answers.size(); ++cut) {
        reply_reader reader;
        reader.feed(answers.substr(0, cut));
        std::string got = read(reader);
        reader.feed(answers.substr(cut));
        got += read(reader);
        CHECK(got == whole);
    }
    reply_reader reader;
    std::string got;
    for (char const each : answers) {
        reader.feed({&each, 1});
        got += read(reader);
    }
    CHECK(got == whole);
}

// What is too much is refused before memory is taken for it, in one list and in all of them together; what is
// no answer is refused, and what only newer protocols have.
TEST_CASE("answers that none may give")
{
    std::string many = "*3\r\n*49\r\n";
    for (int i = 0; i < 49; ++i)
        many += "+a\r\n";
    auto const bytes = GENERATE_COPY(as<std::string>(), "*1000000000\r\n", "*101\r\n", many + "*50\r\n",
                                     "hello\r\n", ":x\r\n", ",1.5\r\n", "#t\r\n", "%1\r\n+a\r\n+b\r\n");
    reply_reader reader({.bytes = 10'000, .items = 100});
    reader.feed(bytes);
    CHECK_THROWS_AS(reader.next(), engine_fault);
}

// A text that never ends is not waited for.
TEST_CASE("an answer that is too long")
{
    reply_reader reader({.bytes = 1'000});
    reader.feed("$5000\r\n" + std::string(900, 'x'));
    CHECK_FALSE(reader.next());
    reader.feed(std::string(200, 'x'));
    CHECK_THROWS_AS(reader.next(), engine_fault);
}

// What was answered before makes no room less for what comes.
TEST_CASE("many answers are each within the bounds")
{
    reply_reader reader({.bytes = 100, .items = 3});
    for (int i = 0; i < 100; ++i) {
        reader.feed("*3\r\n:1\r\n:2\r\n:3\r\n");
        CHECK(read(reader) == "[1,2,3,] ");
    }
}

// A command holds any bytes.
TEST_CASE("commands")
{
    std::string text;
    append_command(text, {"SET", std::string_view("a\0\r\n", 4), ""});
    CHECK(text == std::string("*3\r\n$3\r\nSET\r\n$4\r\na") + '\0' + "\r\n\r\n$0\r\n\r\n");
}

// Numbers are digits, and nothing beside them; lines hold as many as are asked for.
TEST_CASE("numbers as text")
{
    CHECK(parse_number("9007199254740991") == 9'007'199'254'740'991u);
    for (char const* other : {"", "-1", "+1", " 1", "1 ", "1.0", "99999999999999999999"})
        CHECK_FALSE(parse_number(other));
    std::uint64_t two[2];
    CHECK(parse_numbers("1 2", two));
    CHECK((two[0] == 1 && two[1] == 2));
    for (char const* other : {"", "1", "1 ", "1 2 3", "1  2", " 1 2"})
        CHECK_FALSE(parse_numbers(other, two));
}
