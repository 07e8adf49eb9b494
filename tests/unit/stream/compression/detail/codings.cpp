// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/compression/detail/gzip_coding.hpp>
#ifdef TIDINGS_HAS_ZSTD
#include <tidings/stream/compression/detail/zstd_coding.hpp>
#endif

#include "support/decoded.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <random>
#include <string>
#include <thread>
#include <vector>

using tidings::internal::coded_body;
using tidings::internal::coded_piece;
using tidings::internal::content_coding;
using tidings::test::decode_gzip;

namespace {

std::string noise(std::size_t size)
{
    std::minstd_rand random(7); // NOLINT: the same each time
    std::string made(size, '\0');
    for (char& c : made)
        c = static_cast<char>(random());
    return made;
}

std::string bytes_of(tidings::internal::shared_frame const& frame)
{
    return std::string(frame.text());
}

std::vector<std::string> texts()
{
    std::vector<std::string> all{"\n", ": ping\n\n", "data: x\n\n",
                                 "data: " + std::string(8'000, 'x') + "\n\n"};
    for (std::size_t const size : {1U, 120U, 65'535U, 65'536U, 200'000U})
        all.push_back(noise(size));
    return all;
}

// Each piece brings all of its text with its last byte, whatever went before.
void check_pieces(std::shared_ptr<content_coding const> const& coding,
                  tidings::test::decoded (*decode)(std::string_view), std::size_t most_added)
{
    coded_body body(coding);
    std::string bytes = bytes_of(coding->body_begin());
    std::string whole;
    for (std::string const& each : texts()) {
        coded_piece const piece = coding->encode(each);
        INFO(coding->name() << ", a piece of " << each.size() << " bytes");
        CHECK(piece.frame.text().size() <= each.size() + most_added);
        bytes += piece.frame.text();
        body.count(piece);
        whole += each;
        CHECK(decode(bytes).text == whole);
    }
    body.count(coding->keep_alive());
    bytes += coding->keep_alive().frame.text();
    whole += ": ping\n\n";
    auto const ended = decode(bytes + bytes_of(body.end()));
    CHECK(ended.text == whole);
    CHECK(ended.is_whole);
}

} // namespace

// What would grow is in stored blocks: five bytes for each 65,535. Zlib itself checks CRC and length of the
// trailer, and finds none in what is cut.
TEST_CASE("pieces of gzip are whole by themselves, and end in a trailer that is right")
{
    auto const coding = std::make_shared<tidings::detail::gzip_coding>();
    check_pieces(coding, decode_gzip, 20);
    coded_body empty(coding);
    CHECK(decode_gzip(bytes_of(coding->body_begin()) + bytes_of(empty.end())).is_whole);
    coded_piece const piece = coding->encode("data: cut\n\n");
    auto const cut = decode_gzip(bytes_of(coding->body_begin()) + bytes_of(piece.frame));
    CHECK(cut.text == "data: cut\n\n");
    CHECK_FALSE(cut.is_whole);
}

// A trailer of other pieces than were sent is found wrong, so the check above means something.
TEST_CASE("zlib refuses a trailer of other text")
{
    auto const coding = std::make_shared<tidings::detail::gzip_coding>();
    coded_body body(coding);
    body.count(coding->encode("data: a\n\n"));
    std::string const bytes =
        bytes_of(coding->body_begin()) + bytes_of(coding->encode("data: b\n\n").frame) + bytes_of(body.end());
    CHECK_THROWS(decode_gzip(bytes));
}

#ifdef TIDINGS_HAS_ZSTD
// What would grow is in raw blocks: a frame's header, and three bytes for each 128 KiB.
TEST_CASE("pieces of zstd are frames")
{
    check_pieces(std::make_shared<tidings::detail::zstd_coding>(), tidings::test::decode_zstd, 20);
}
#endif

// Several threads compress with one coding at once; they also ask for the form of one event, which is made
// once.
TEST_CASE("a coding is shared by threads")
{
    tidings::detail::gzip_coding const coding;
    auto const counted = std::make_shared<tidings::internal::coded_forms::byte_count>(0);
    tidings::internal::coded_forms forms(counted);
    std::string const text(2'000, 'x');
    std::string const expected(coding.encode(text).frame.text());
    std::vector<char const*> seen(4);
    std::vector<std::string> made(4);
    {
        std::vector<std::jthread> threads;
        threads.reserve(seen.size());
        for (std::size_t i = 0; i < seen.size(); ++i)
            threads.emplace_back([&, i] {
                seen[i] = forms.in(coding, text).frame.text().data();
                for (int round = 0; round < 50; ++round)
                    made[i] = coding.encode(text).frame.text();
            });
    }
    CHECK(*counted == expected.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
        CHECK(seen[i] == seen[0]);
        CHECK(made[i] == expected);
    }
}
