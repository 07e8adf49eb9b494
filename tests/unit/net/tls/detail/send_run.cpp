// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/send_run.hpp>

#include <boost/asio/io_context.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
using tidings::detail::send_run;

namespace {

struct taker final : send_run::member
{
    void leave(std::string_view bytes) override { left += bytes; }
    std::string left;
};

struct running
{
    asio::io_context io;
    send_run run{tidings::internal::loop::of(io.get_executor())};
    taker first;
    taker second;
};

} // namespace

// What is added leaves at the end of the turn, each member's bytes in their order.
TEST_CASE("a run is sent with the turn of its loop")
{
    running at;
    at.run.add(at.first, "a");
    at.run.add(at.second, "x");
    at.run.add(at.first, "b");
    CHECK(at.first.is_in_run());
    CHECK(at.first.left.empty());
    at.io.poll();
    CHECK(at.first.left == "ab");
    CHECK(at.second.left == "x");
    CHECK_FALSE(at.first.is_in_run());
}

// No run grows beyond its bounds, whatever one turn brings.
TEST_CASE("a run is sent when it has enough pieces or bytes")
{
    running at;
    for (std::size_t i = 0; i != send_run::max_pieces; ++i)
        at.run.add(at.first, "a");
    CHECK(at.first.left.empty());
    at.run.add(at.first, "a");
    CHECK(at.first.left.size() == send_run::max_pieces);

    std::string const large(send_run::most_bytes, 'x');
    at.run.add(at.second, large);
    CHECK(at.second.left.empty());
    at.run.add(at.second, "y");
    CHECK(at.second.left.size() == large.size());
    at.io.poll();
    CHECK(at.second.left.size() == large.size() + 1);
}

// Small pieces become one text, a large one is not copied, and none is longer than a record.
TEST_CASE("pieces are gathered into one record")
{
    running at;
    std::array const small{asio::const_buffer("head ", 5), asio::const_buffer("", 0),
                           asio::const_buffer("body", 4)};
    CHECK(at.run.gather(small, 0) == "head body");
    CHECK(at.run.gather(small, 7) == "dy");
    std::string const text(40'000, 'x');
    std::array const large{asio::const_buffer("ab", 2), asio::const_buffer(text.data(), text.size())};
    auto const first = at.run.gather(large, 0);
    CHECK(first.size() == send_run::record_size);
    CHECK(first.substr(0, 3) == "abx");
    auto const next = at.run.gather(large, first.size());
    CHECK(next.size() == send_run::record_size);
    CHECK(next.data() == text.data() + first.size() - 2);
    CHECK(at.run.gather(large, 2 * send_run::record_size).size() == 40'002 - 2 * send_run::record_size);
}
