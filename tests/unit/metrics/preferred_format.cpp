// SPDX-License-Identifier: BSL-1.0
#include <tidings/metrics/detail/exposition.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace tidings::detail;

namespace {

bool wants_open_metrics(std::string_view accept)
{
    return preferred_format(accept) == text_format::open_metrics;
}

} // namespace

TEST_CASE("OpenMetrics is for those who ask for it by name")
{
    CHECK_FALSE(wants_open_metrics(""));
    CHECK_FALSE(wants_open_metrics("*/*"));
    CHECK_FALSE(wants_open_metrics("application/*"));
    CHECK_FALSE(wants_open_metrics("text/html, text/*"));
    CHECK(wants_open_metrics("application/openmetrics-text"));
    CHECK(wants_open_metrics("Application/OpenMetrics-Text ; Version=1.0.0"));
    CHECK_FALSE(wants_open_metrics("application/openmetrics-text; version=0.0.1"));
}

// The headers are those of Prometheus 2.42 and 3.5.
TEST_CASE("of two formats the one with the greater weight is sent")
{
    CHECK(wants_open_metrics(
        "application/openmetrics-text;version=1.0.0,"
        "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
    CHECK(wants_open_metrics(
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        "application/openmetrics-text;version=0.0.1;q=0.5,"
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"));
    CHECK_FALSE(wants_open_metrics("text/plain;version=0.0.4,application/openmetrics-text;q=0.5"));
    CHECK(wants_open_metrics("text/plain , application/openmetrics-text"));
    CHECK_FALSE(wants_open_metrics("application/openmetrics-text;q=0"));
    CHECK_FALSE(wants_open_metrics("application/openmetrics-text;q=0.000, text/plain;q=0"));
    CHECK(wants_open_metrics("application/openmetrics-text;q=0.01, text/plain;q=0.009"));
}

TEST_CASE("a weight that is none is zero")
{
    for (char const* weight : {"", "2", "1.1", "-1", "0,5", "x", "0.5x", "1.0000", "nan", ".5"}) {
        INFO(weight);
        CHECK_FALSE(wants_open_metrics("application/openmetrics-text;q=" + std::string(weight)));
    }
}
