// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/internal/writer.hpp>

#include "support/scripted_transport.hpp"
#include "support/virtual_loop.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::cut_reason;
using tidings::internal::writer;
using tidings::internal::writer_options;
using tidings::test::scripted_transport;
using tidings::test::virtual_loop;

namespace {

struct noting_writer final : writer
{
    using writer::writer;
    void on_interval(bool is_silent) override
    {
        ++intervals;
        if (is_silent)
            silences.push_back(now());
    }
    int intervals = 0;
    std::vector<tidings::time_point> silences;
};

class writer_fixture
{
public:
    virtual_loop loop;
    scripted_transport over;
    writer_options options{.keep_alive = 15s, .write_timeout = 10s, .queue_bytes = 100};
    noting_writer out{loop.root, over, options};
    std::optional<bool> result;

    void send_and_note(std::string const& bytes)
    {
        out.append(bytes);
        loop.start_coroutine(note(out, result));
        loop.settle();
    }

private:
    static asio::awaitable<void> note(writer& out, std::optional<bool>& result)
    {
        result = co_await out.written();
    }
};

} // namespace

// However the kernel cuts the bytes, they leave whole and in order, and the await ends with the last of them.
TEST_CASE_METHOD(writer_fixture, "a write that is cut at every byte")
{
    std::string const bytes = "id: 1\ndata: something\n\n";
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        over.taken.clear();
        over.capacity = at;
        result.reset();
        send_and_note(bytes);
        CHECK_FALSE(result);
        CHECK(over.taken == bytes.substr(0, at));
        CHECK(over.awaited == static_cast<int>(at) + 1);
        over.capacity = bytes.size() - at;
        out.on_writable();
        loop.settle();
        CHECK(result == true);
        CHECK(over.taken == bytes);
    }
}

// What was appended together leaves in one write.
TEST_CASE_METHOD(writer_fixture, "what is appended together leaves in one write")
{
    out.append("one ");
    out.append("two ");
    CHECK(over.taken.empty());
    send_and_note("three");
    CHECK(result == true);
    CHECK(over.taken == "one two three");
    CHECK(over.writes.size() == 1);
}

// A peer that takes nothing for the write timeout is cut; one byte is progress.
TEST_CASE_METHOD(writer_fixture, "the write deadline")
{
    over.capacity = 0;
    send_and_note("waiting");
    loop.advance(9s);
    over.capacity = 1;
    out.on_writable();
    loop.advance(9999ms);
    CHECK_FALSE(over.why_cut);
    loop.advance(1ms);
    CHECK(over.why_cut == cut_reason::write_timeout);
    out.lose();
    loop.settle();
    CHECK(result == false);
    CHECK(out.unsent() == 0);
}

// A peer that takes a little now and then is not waited for any longer than its bytes are worth.
TEST_CASE_METHOD(writer_fixture, "the least rate")
{
    options.least_rate = 10;
    over.capacity = 0;
    std::size_t const at_a_time = GENERATE(1u, 90u);
    send_and_note(std::string(1000, 'x'));
    for (int i = 0; i < 10 && !over.why_cut; ++i) {
        loop.advance(9s);
        over.capacity = at_a_time;
        out.on_writable();
    }
    CHECK(over.why_cut.has_value() == (at_a_time == 1));
}

// The kernel makes room seldom: what the peer takes of what the kernel holds counts too.
TEST_CASE_METHOD(writer_fixture, "a peer is given time by what it takes from the kernel")
{
    options.least_rate = 10;
    over.capacity = 1000;
    over.held_by_kernel = 1000;
    send_and_note(std::string(1001, 'x'));
    for (int i = 0; i < 9; ++i) {
        loop.advance(9s);
        over.held_by_kernel -= 100;
    }
    CHECK_FALSE(over.why_cut);
    loop.advance(20s); // it takes no more
    CHECK(over.why_cut == cut_reason::write_timeout);
}

// Nothing is armed while nothing is pending.
TEST_CASE_METHOD(writer_fixture, "no deadline without a pending write")
{
    send_and_note("gone at once");
    loop.advance(1h);
    CHECK_FALSE(over.why_cut);
    CHECK(over.awaited == 0);
}

// `on_interval` says so after each interval of silence, counted from the last write, or up to a 32nd of it
// earlier; not while a write waits.
TEST_CASE_METHOD(writer_fixture, "the keep-alive")
{
    out.keep_alive();
    loop.advance(10s);
    send_and_note("traffic");
    constexpr auto early = 469ms;
    loop.advance(15s - early);
    CHECK(out.silences.size() == 0);
    loop.advance(early);
    CHECK(out.silences.size() == 1);
    loop.advance(30s);
    CHECK(out.silences.size() == 3);
    over.capacity = 0;
    send_and_note("waiting");
    loop.advance(9s);
    CHECK(out.silences.size() == 3);
    over.capacity = 1000;
    out.on_writable();
    loop.advance(14s);
    CHECK(out.silences.size() == 3);
    out.stop_keep_alive();
    loop.advance(1h);
    CHECK(out.silences.size() == 3);
}

// Streams that fell silent at different moments are kept alive at one: the loop wakes once for them.
TEST_CASE_METHOD(writer_fixture, "streams share the instant of their comments")
{
    scripted_transport other_over;
    noting_writer other(loop.root, other_over, options);
    out.keep_alive();
    loop.advance(100ms); // within one step of 469 ms from the virtual start
    other.keep_alive();
    loop.advance(15s);
    REQUIRE(out.silences.size() == 1);
    CHECK(other.silences == out.silences);
}

// An event may be added as long as less than the limit is waiting; then the stream is cut.
TEST_CASE_METHOD(writer_fixture, "the queue limit")
{
    over.capacity = 0;
    CHECK(out.make_room());
    out.append(std::string(99, 'x'));
    CHECK(out.make_room());
    out.append(std::string(99, 'x'));
    CHECK_FALSE(over.why_cut);
    (void)out.make_room();
    CHECK(over.why_cut == cut_reason::queue_overflow);
}

// The limit is for what the kernel does not take: it is tried first.
TEST_CASE_METHOD(writer_fixture, "room is made by writing")
{
    out.append(std::string(200, 'x'));
    CHECK(out.make_room());
    CHECK(over.taken.size() == 200);
    CHECK_FALSE(over.why_cut);
}

// A connection that is found gone wakes whoever waits, with false.
TEST_CASE_METHOD(writer_fixture, "a lost connection")
{
    over.is_gone = true;
    send_and_note("lost");
    CHECK(result == false);
    CHECK(out.is_lost());
    CHECK_FALSE(out.make_room());
}

// Who sends on a connection that was lost while nothing waited learns it too, although nothing is kept.
TEST_CASE_METHOD(writer_fixture, "a connection that was lost before")
{
    out.lose();
    CHECK_FALSE(out.make_room());
    send_and_note("");
    CHECK(result == false);
    CHECK(over.taken.empty());
}

// Pieces that live elsewhere leave behind what was appended, in the same write; what is taken of them is
// told.
TEST_CASE_METHOD(writer_fixture, "a write-through")
{
    std::array<asio::const_buffer, 2> const pieces{asio::buffer("three ", 6), asio::buffer("four", 4)};
    out.append("one two ");
    CHECK(out.write_through(pieces) == 10);
    CHECK(over.taken == "one two three four");
    CHECK(over.writes.size() == 1);
    over.capacity = 10;
    out.append("one two ");
    CHECK(out.write_through(pieces) == 2);
    CHECK(out.unsent() == 0);
    CHECK(over.awaited == 1);
    CHECK(out.write_through(pieces) == 0); // it waits
}
