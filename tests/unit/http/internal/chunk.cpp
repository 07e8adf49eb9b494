// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/chunk.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <limits>
#include <string>

namespace {

std::string chunk_header(std::size_t size)
{
    std::string text(tidings::internal::chunk_header_size(size) + 1, '#');
    auto* const end = tidings::internal::write_chunk_header(size, text.data());
    REQUIRE(end == text.data() + text.size() - 1);
    REQUIRE(text.back() == '#');
    text.pop_back();
    return text;
}

} // namespace

// Lowercase hexadecimal without leading zeros, right at the sizes where a digit is added.
TEST_CASE("the line before a chunk")
{
    CHECK(chunk_header(1) == "1\r\n");
    CHECK(chunk_header(9) == "9\r\n");
    CHECK(chunk_header(15) == "f\r\n");
    CHECK(chunk_header(16) == "10\r\n");
    CHECK(chunk_header(26) == "1a\r\n");
    CHECK(chunk_header(0xFF) == "ff\r\n");
    CHECK(chunk_header(0x100) == "100\r\n");
    CHECK(chunk_header(0xABCDEF) == "abcdef\r\n");
    CHECK(chunk_header(std::numeric_limits<std::uint32_t>::max()) == "ffffffff\r\n");
    CHECK(chunk_header(std::size_t{1} << 63) == "8000000000000000\r\n");
}
