// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/request.hpp>
#include <tidings/stream/compression/compression.hpp>
#include <tidings/stream/compression/detail/accept_encoding.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using tidings::detail::accept_encoding;

namespace {

// What is sent to a client that says so, by a server that has zstd and gzip.
std::string chosen(std::vector<std::string_view> const& lines)
{
    accept_encoding const accepted(lines);
    std::string best = "identity";
    for (std::string_view const each : {"zstd", "gzip"})
        if (accepted.wants(each, best))
            best = each;
    return best;
}

struct row
{
    std::string_view says;
    std::string_view gets;
};

} // namespace

// The client's weights come first, then zstd before gzip before neither; what it does not name it does not
// get, and a weight that is none counts as 0.
TEST_CASE("what a client accepts decides what it is sent")
{
    static constexpr row rows[] = {
        {"", "identity"},
        {"gzip", "gzip"},
        {"zstd", "zstd"},
        {"gzip, deflate, br, zstd", "zstd"},
        {"gzip, deflate, br", "gzip"},
        {"deflate, br", "identity"},
        {"x-gzip", "gzip"},
        {"GZip", "gzip"},
        {"*", "zstd"},
        {"*;q=0", "identity"},
        {"zstd;q=0, *", "gzip"},
        {"zstd;q=0, gzip;q=0, *", "identity"},
        {"gzip;q=0.5, *;q=0.1", "gzip"},
        {"gzip;q=0.9, zstd;q=0.8", "gzip"},
        {"gzip;q=0.8, zstd;q=0.9", "zstd"},
        {"gzip;q=0.001", "gzip"},
        {"gzip;q=0", "identity"},
        {"gzip;q=0.000", "identity"},
        {"gzip;q=1.000", "gzip"},
        {"gzip;q=1.001", "identity"},
        {"gzip;q=2", "identity"},
        {"gzip;q=-1", "identity"},
        {"gzip;q=0.5x", "identity"},
        {"gzip;q=", "identity"},
        {"gzip;q=0.1234", "identity"},
        {"gzip ; Q=0.5", "gzip"},
        {"gzip;level=9;q=0.5", "gzip"},
        {"identity, gzip;q=0.5", "identity"},
        {"identity;q=0.5, gzip;q=0.5", "gzip"},
        {"identity;q=0, gzip", "gzip"},
        {"identity;q=0", "identity"}, // there is nothing else to send
        {"gzip;q=0.5, *;q=0.8", "zstd"},
        {", ,gzip,", "gzip"},
        {"gzipped, xzstd", "identity"},
    };
    for (row const& each : rows) {
        INFO("Accept-Encoding: " << each.says);
        CHECK(chosen({each.says}) == each.gets);
    }
    CHECK(chosen({"deflate", "gzip"}) == "gzip");
    CHECK(chosen({}) == "identity");
}

// The header is found whatever its case, and all its lines count.
TEST_CASE("a request is given the coding that it asks for")
{
    auto const codings = tidings::compression();
    CHECK_FALSE(codings->choose(tidings::request::get("/")));
    auto asked = tidings::request::get("/").with_header("accept-ENCODING", "br");
    CHECK_FALSE(codings->choose(asked));
    asked = std::move(asked).with_header("Accept-Encoding", "gzip");
    REQUIRE(codings->choose(asked));
    CHECK(codings->choose(asked)->name() == "gzip");
}
