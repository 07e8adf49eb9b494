// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/transfer_coding.hpp>

#include <catch2/catch_test_macros.hpp>

#include <initializer_list>

using tidings::request;
using tidings::detail::transfer_coding;

namespace {

transfer_coding coding_of(std::initializer_list<char const*> lines)
{
    auto r = request::post("/", "");
    for (auto const* line : lines)
        r.add_header("transfer-encoding", line);
    return tidings::detail::transfer_coding_of(r);
}

} // namespace

// All lines count as one list, as RFC 9110, 5.3 says.
TEST_CASE("transfer codings")
{
    CHECK(coding_of({}) == transfer_coding::none);
    CHECK(coding_of({"chunked"}) == transfer_coding::chunked);
    CHECK(coding_of({"CHUNKED"}) == transfer_coding::chunked);
    CHECK(coding_of({"gzip, chunked"}) == transfer_coding::unsupported);
    CHECK(coding_of({"gzip", "chunked"}) == transfer_coding::unsupported);
    CHECK(coding_of({"gzip"}) == transfer_coding::unsupported);
    CHECK(coding_of({"identity"}) == transfer_coding::unsupported);
    CHECK(coding_of({"xchunked"}) == transfer_coding::unsupported);
    CHECK(coding_of({"chunked;q=1"}) == transfer_coding::unsupported);
    for (auto const* no_list : {"", "\"chunked\"", ", chunked", "chunked, ,gzip", "chunk ed", ";q=1"})
        CHECK(coding_of({no_list}) == transfer_coding::malformed);
    CHECK(coding_of({"chunked, gzip"}) == transfer_coding::malformed);
    CHECK(coding_of({"chunked", "gzip"}) == transfer_coding::malformed);
    CHECK(coding_of({"chunked, chunked"}) == transfer_coding::malformed);
    CHECK(coding_of({"chunked", "chunked"}) == transfer_coding::malformed);
}
