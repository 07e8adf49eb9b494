// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/describe_exception.hpp>

#include <catch2/catch_test_macros.hpp>

#include <exception>
#include <stdexcept>

using tidings::detail::describe;

TEST_CASE("an exception is described for the log")
{
    CHECK(describe(std::make_exception_ptr(std::runtime_error("the disk is full"))) == "the disk is full");
    CHECK(describe(std::make_exception_ptr(7)) == "an exception that is not a std::exception");
}

// Whoever has a say in the text of an exception, such as a client, can forge no line of the log, and no
// colours of the terminal that shows it.
TEST_CASE("the text of an exception stays on one line")
{
    auto const described = [](char const* text) {
        return describe(std::make_exception_ptr(std::runtime_error(text)));
    };
    CHECK(described("no number: \"1\r\ntidings: error: all is lost\"") ==
          "no number: \"1\\x0d\\ntidings: error: all is lost\"");
    CHECK(described("\x1b[31mred\t\x7f") == "\\x1b[31mred\\x09\\x7f");
    CHECK(described("na\u00efve") == "na\u00efve");
}
