// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/internal/outbox.hpp>

#include <boost/asio/io_context.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using tidings::internal::block_pool;
using tidings::internal::gather_limit;
using tidings::internal::outbox;
using tidings::internal::piece_list;

namespace {

class outbox_fixture
{
public:
    asio::io_context io;
    outbox box{asio::use_service<block_pool>(io)};

    void append(std::string_view text) { box.append(text.data(), text.size()); }

    std::string content() const
    {
        piece_list pieces;
        box.gather(pieces);
        std::string all;
        for (auto const& each : pieces)
            all.append(static_cast<char const*>(each.data()), each.size());
        return all;
    }
};

} // namespace

TEST_CASE_METHOD(outbox_fixture, "an outbox gives back what was put in")
{
    CHECK(box.is_empty());
    CHECK(content().empty());
    append("one ");
    std::memcpy(box.extend(4), "two ", 4);
    append("three");
    CHECK(box.size() == 13);
    CHECK(content() == "one two three");
    box.consume(5);
    CHECK(content() == "wo three");
    append("!");
    box.consume(9);
    CHECK(box.is_empty());
}

// Across blocks, in pieces that do not fit them, and with parts taken out anywhere.
TEST_CASE_METHOD(outbox_fixture, "an outbox across many blocks")
{
    std::string wanted;
    for (int i = 0; wanted.size() < 10 * block_pool::block_capacity; ++i) {
        std::string const piece(static_cast<std::size_t>(1 + i * 37 % 900), static_cast<char>('a' + i % 26));
        append(piece);
        wanted += piece;
        if (i % 3 == 0) {
            std::size_t const taken = piece.size() / 2;
            box.consume(taken);
            wanted.erase(0, taken);
        }
        REQUIRE(box.size() == wanted.size());
    }
    CHECK(content() == wanted);
    box.clear();
    CHECK(box.is_empty());
}

TEST_CASE_METHOD(outbox_fixture, "an outbox offers no more pieces than one write takes")
{
    std::string const whole_block(block_pool::block_capacity, 'x');
    for (std::size_t i = 0; i < gather_limit + 1; ++i)
        append(whole_block);
    piece_list pieces;
    box.gather(pieces);
    CHECK(pieces.size() == gather_limit);
    CHECK(asio::buffer_size(pieces) == gather_limit * block_pool::block_capacity);
}

// One piece of any size lies in one piece, so that an event can be encoded into it.
TEST_CASE_METHOD(outbox_fixture, "an outbox takes a piece larger than a block")
{
    std::string const large(3 * block_pool::block_capacity, 'x');
    append("a");
    std::memcpy(box.extend(large.size()), large.data(), large.size());
    append("b");
    CHECK(content() == "a" + large + "b");
}

// Blocks are used again, and only so many are kept.
TEST_CASE_METHOD(outbox_fixture, "blocks are given back to their pool")
{
    auto& pool = asio::use_service<block_pool>(io);
    auto* const first = pool.take(1);
    CHECK(first->room() >= 1);
    pool.give_back(first);
    CHECK(pool.take(10) == first);
    pool.give_back(first);
    auto* const large = pool.take(2 * block_pool::block_capacity);
    CHECK(large->room() >= 2 * block_pool::block_capacity);
    pool.give_back(large);
    CHECK(pool.take(1) != large); // larger than a block of the pool: not kept
    pool.give_back(first);
}
