// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/socket_input.hpp>

#include <catch2/catch_test_macros.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using tidings::detail::socket_input;
using tidings::internal::socket_readiness;
using tidings::internal::stream_socket;

namespace {

constexpr socket_readiness readable{
    .can_read = true, .can_write = false, .has_ended = false, .has_hung_up = false};
constexpr socket_readiness ended{
    .can_read = true, .can_write = false, .has_ended = true, .has_hung_up = false};
constexpr socket_readiness hung_up{
    .can_read = true, .can_write = true, .has_ended = true, .has_hung_up = true};

std::pair<int, int> connected_pair()
{
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    return {ends[0], ends[1]};
}

/// Reads with a buffer of eight bytes what the test writes to the far end, and notes what it is told.
class reader final : socket_input
{
public:
    explicit reader(std::pair<int, int> ends = connected_pair())
        : socket_input(stream_socket(ends.first)), far_(ends.second)
    {}

    void write(std::string_view bytes) const
    {
        REQUIRE(::send(far_.descriptor(), bytes.data(), bytes.size(), 0) ==
                static_cast<ssize_t>(bytes.size()));
    }
    void end() { far_.shutdown_send(); }
    void vanish() { far_.close(); }

    void on_ready(socket_readiness what) override
    {
        note(what);
        read();
    }
    using socket_input::has_input_ended;
    using socket_input::read;
    using socket_input::read_on;

    bool wants_more = true;
    std::vector<std::string> seen;
    int ends = 0;
    int breaks = 0;
    int put_off = 0;

private:
    bool may_read() const noexcept override { return wants_more; }
    std::span<char> read_buffer() noexcept override { return buffer_; }
    void on_input(std::string_view bytes) override { seen.emplace_back(bytes); }
    void on_end_of_input() override { ++ends; }
    void on_broken(bool) override { ++breaks; }
    void read_in_another_turn() override { ++put_off; }

    stream_socket far_;
    std::array<char, 8> buffer_{};
};

} // namespace

// One socket does not keep the others waiting for as long as its peer likes: a buffer of it is read in a
// turn.
TEST_CASE("a buffer that was filled is followed up in another turn")
{
    reader input;
    input.write("twelve bytes");
    input.on_ready(readable);
    CHECK(input.seen == std::vector<std::string>{"twelve b"});
    CHECK(input.put_off == 1);
    input.write("!");
    input.on_ready(readable); // the rest has its turn already
    CHECK(input.seen.size() == 1);
    CHECK(input.put_off == 1);
    input.read_on();
    CHECK(input.seen == std::vector<std::string>{"twelve b", "ytes!"});
    CHECK(input.put_off == 1);
}

TEST_CASE("what is not wanted waits in the socket")
{
    reader input;
    input.wants_more = false;
    input.write("later");
    input.on_ready(readable);
    CHECK(input.seen.empty());
    input.wants_more = true;
    input.read();
    CHECK(input.seen == std::vector<std::string>{"later"});
}

// The end comes once, behind the last bytes, which are told of together with it.
TEST_CASE("the end of input")
{
    reader input;
    input.write("last");
    input.end();
    input.on_ready(ended);
    CHECK(input.seen == std::vector<std::string>{"last"});
    CHECK(input.ends == 1);
    CHECK(input.has_input_ended());
    input.on_ready(ended);
    CHECK(input.ends == 1);
    CHECK(input.breaks == 0);
}

TEST_CASE("a peer that is gone")
{
    reader input;
    input.vanish();
    input.on_ready(hung_up);
    CHECK(input.breaks == 1);
}
