// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/internal/event_writer.hpp>
#include <tidings/stream/internal/transport.hpp>

#include "support/scripted_transport.hpp"
#include "support/virtual_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using tidings::cut_reason;
using tidings::event;
using tidings::internal::event_writer;
using tidings::internal::framing;
using tidings::internal::shared_frame;

namespace {

class body
{
public:
    tidings::test::virtual_loop loop;
    tidings::test::scripted_transport over;
    tidings::internal::writer_options options{.keep_alive = 15s, .write_timeout = 10s, .queue_bytes = 100};
    event_writer out{loop.root, over, options};

    void begin(framing wanted)
    {
        over.wanted = wanted;
        out.begin("head|");
        out.flush();
        over.taken.clear();
        over.writes.clear();
    }

    std::string sent()
    {
        out.flush();
        return std::exchange(over.taken, {});
    }

    struct silent_hook final : tidings::internal::event_writer::idle_hook
    {
        void on_idle() override {}
    } silence; // of a handler's stream
};

struct noted final : tidings::internal::counted
{
    explicit noted(bool& is_gone) : is_gone(is_gone) {}
    ~noted() override { is_gone = true; }
    bool& is_gone;
};

} // namespace

TEST_CASE_METHOD(body, "pieces of a body are framed as their transport wants")
{
    begin(framing::none);
    out.append(event{.data = "x"});
    CHECK(sent() == "data: x\n\n");
    begin(framing::chunked);
    out.append(event{.data = "x"});
    CHECK(sent() == "9\r\ndata: x\n\n\r\n");
    out.append_comment("hello");
    CHECK(sent() == "9\r\n: hello\n\n\r\n");
    out.append(tidings::event_text(event{.data = "kept"}));
    CHECK(sent() == "c\r\ndata: kept\n\n\r\n");
    out.append(tidings::event_text());
    CHECK(sent().empty());
    out.advise(250ms);
    CHECK(sent() == "c\r\nretry: 250\n\n\r\n");
    out.end_body();
    CHECK(sent() == "0\r\n\r\n");
}

// What cannot be sent leaves nothing behind, not even the line of its chunk.
TEST_CASE_METHOD(body, "an event that cannot be sent appends nothing")
{
    begin(framing::chunked);
    CHECK_THROWS_AS(out.append(event{.id = "a\nb", .data = "x"}), std::invalid_argument);
    CHECK(sent().empty());
}

// However few bytes are taken, a frame that has begun is finished before anything else, and the rest is left
// to the feed.
TEST_CASE_METHOD(body, "frames that are taken in part")
{
    std::vector<shared_frame> const frames{shared_frame("data: 1\n\n"), shared_frame("data: 2\n\n"),
                                           shared_frame("data: 3\n\n")};
    std::string const whole = "9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n9\r\ndata: 3\n\n\r\n";
    std::size_t const one = whole.size() / 3;
    for (std::size_t taken = 0; taken <= whole.size(); ++taken) {
        begin(framing::chunked);
        over.capacity = taken;
        std::size_t const done = out.deliver(frames);
        CHECK(done == (taken + one - 1) / one);
        CHECK(over.taken == whole.substr(0, taken));
        over.capacity = 1000;
        out.on_writable();
        CHECK(over.taken == whole.substr(0, done * one));
    }
}

TEST_CASE_METHOD(body, "frames follow what was appended before them in the same write")
{
    begin(framing::none);
    out.append(event{.id = "7"});
    CHECK(out.deliver(std::vector{shared_frame("data: 1\n\n")}) == 1);
    CHECK(over.taken == "id: 7\n\ndata: 1\n\n");
    CHECK(over.writes.size() == 1);
}

// Pings that a handler's stream has begun go on without it.
TEST_CASE_METHOD(body, "a body goes on to comment in silence by itself")
{
    begin(framing::none);
    out.keep_alive(silence);
    out.keep_alive_alone();
    loop.advance(14s);
    CHECK(over.taken.empty());
    loop.advance(2s);
    CHECK(over.taken == ": ping\n\n");
    out.stop_keep_alive();
    out.keep_alive_alone(); // not one that has none
    loop.advance(60s);
    CHECK(over.taken == ": ping\n\n");
}

// The silence has begun before, and the client counts it from there.
TEST_CASE_METHOD(body, "a body that goes on by itself does not put its comment off")
{
    begin(framing::none);
    out.keep_alive(silence);
    loop.advance(10s);
    out.keep_alive_alone();
    loop.advance(5s);
    CHECK(over.taken == ": ping\n\n");
}

TEST_CASE_METHOD(body, "the last event's id says that the stream is finished")
{
    begin(framing::none);
    out.append_finish(event{.id = "7", .data = "over"});
    CHECK(sent() == "id: 7;finished\ndata: over\n\n");
    CHECK(event_writer::is_finished_id("7;finished"));
    CHECK_FALSE(event_writer::is_finished_id("7"));
}

// Whoever comes first ends it: a topic that is closed, or a drain, while the handler goes on.
TEST_CASE_METHOD(body, "a body has one end, and nothing follows it")
{
    begin(framing::chunked);
    out.keep_alive(silence);
    out.keep_alive_alone();
    out.end_body();
    out.end_body();
    out.probe();
    out.advise(3s);
    loop.advance(60s);
    CHECK(sent() == "0\r\n\r\n");
    begin(framing::chunked); // of the next answer
    out.advise(3s);
    CHECK(sent() == "d\r\nretry: 3000\n\n\r\n");
}

// A plain answer may have taken the place of the stream.
TEST_CASE_METHOD(body, "nothing is said before a body has begun")
{
    out.probe();
    out.advise(3s);
    out.end_body();
    CHECK(sent().empty());
}

TEST_CASE_METHOD(body, "a lost connection takes nothing more")
{
    begin(framing::chunked);
    out.lose();
    out.append(event{.data = "x"});
    out.end_body();
    out.probe();
    CHECK(out.deliver(std::vector{shared_frame("data: 1\n\n")}) == 0);
    CHECK(out.unsent() == 0);
    CHECK(over.taken.empty());
}

TEST_CASE_METHOD(body, "ending and cutting are the transport's")
{
    out.finish();
    CHECK(over.finished == 1);
    out.cut(cut_reason::behind);
    CHECK(over.why_cut == cut_reason::behind);
}

TEST_CASE("what is counted goes with its last reference")
{
    bool is_gone = false;
    boost::intrusive_ptr<noted> first(new noted(is_gone));
    boost::intrusive_ptr<tidings::internal::counted> second(first);
    first.reset();
    CHECK_FALSE(is_gone);
    second.reset();
    CHECK(is_gone);
}
