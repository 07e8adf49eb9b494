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
