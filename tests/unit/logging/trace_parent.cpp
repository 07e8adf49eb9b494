// SPDX-License-Identifier: BSL-1.0
#include <tidings/logging/logging.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace {

constexpr auto known = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

} // namespace

TEST_CASE("a traceparent is taken apart, and a child stays in its trace")
{
    auto const caller = tidings::trace_parent::parse(known);
    REQUIRE(caller);
    CHECK(caller->header() == known);
    CHECK(caller->trace_id() == "0af7651916cd43dd8448eb211c80319c");
    CHECK(caller->span_id() == "b7ad6b7169203331");
    CHECK(caller->is_sampled());

    auto const child = caller->child();
    CHECK(child.trace_id() == caller->trace_id());
    CHECK(child.span_id() != caller->span_id());
    CHECK(child.is_sampled());
    CHECK(tidings::trace_parent::parse(child.header()));
    CHECK_FALSE(tidings::trace_parent::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02")
                    ->is_sampled());
}

TEST_CASE("a new trace is sampled, and unlike others")
{
    auto const one = tidings::trace_parent::start();
    auto const other = tidings::trace_parent::start();
    CHECK(tidings::trace_parent::parse(one.header()));
    CHECK(one.is_sampled());
    CHECK(one.trace_id() != other.trace_id());
    CHECK(one.span_id() != other.span_id());
}

TEST_CASE("what is no traceparent is refused")
{
    for (std::string const header : {
             "",
             "00",
             "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
             "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011",
             "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
             "00-00000000000000000000000000000000-b7ad6b7169203331-01",
             "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
             "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
             "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
         }) {
        CAPTURE(header);
        CHECK_FALSE(tidings::trace_parent::parse(header));
    }
}
