// SPDX-License-Identifier: BSL-1.0
// A stream's body in a content coding, as `event_writer` puts it together.
#include <tidings/stream/compression/detail/gzip_coding.hpp>
#include <tidings/stream/internal/event_writer.hpp>

#include "support/decoded.hpp"
#include "support/scripted_transport.hpp"
#include "support/virtual_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using tidings::event;
using tidings::internal::coded_forms;
using tidings::internal::content_coding;
using tidings::internal::event_writer;
using tidings::internal::framing;
using tidings::internal::shared_frame;
using tidings::test::decode_gzip;

namespace {

/// gzip that counts what it is asked to encode.
class counting_gzip final : public content_coding
{
public:
    std::string_view name() const noexcept override { return gzip_.name(); }
    std::size_t index() const noexcept override { return gzip_.index(); }
    shared_frame body_begin() const override { return gzip_.body_begin(); }
    tidings::internal::coded_piece encode(std::string_view text) const override
    {
        ++encoded;
        return gzip_.encode(text);
    }
    tidings::internal::coded_piece const& keep_alive() const noexcept override { return gzip_.keep_alive(); }
    std::uint32_t join(std::uint32_t sum, tidings::internal::coded_piece const& next) const noexcept override
    {
        return gzip_.join(sum, next);
    }
    shared_frame body_end(std::uint32_t sum, std::uint64_t size) const override
    {
        return gzip_.body_end(sum, size);
    }

    mutable int encoded = 0;

private:
    tidings::detail::gzip_coding gzip_;
};

class coded_stream
{
public:
    tidings::test::virtual_loop loop;
    tidings::test::scripted_transport over;
    tidings::internal::writer_options options{.keep_alive = 15s, .write_timeout = 10s, .queue_bytes = 10'000};
    event_writer out{loop.root, over, options};
    std::shared_ptr<counting_gzip> coding = std::make_shared<counting_gzip>();

    void begin(framing wanted)
    {
        over.wanted = wanted;
        out.begin("", coding);
        out.flush();
    }

    // What has left, without its chunks.
    std::string sent() const
    {
        if (over.wanted == framing::none)
            return over.taken;
        std::string bytes;
        for (std::string_view left = over.taken; !left.empty();) {
            std::size_t const line = left.find("\r\n");
            std::size_t const size = std::stoul(std::string(left.substr(0, line)), nullptr, 16);
            bytes += left.substr(line + 2, size);
            left.remove_prefix(std::min(line + 2 + size + 2, left.size()));
        }
        return bytes;
    }
};

std::vector<shared_frame> numbered(int count)
{
    std::vector<shared_frame> made;
    for (int i = 0; i < count; ++i)
        made.emplace_back("data: " + std::to_string(i) + std::string(100, 'x') + "\n\n")
            .share(std::make_shared<coded_forms>(std::make_shared<coded_forms::byte_count>(0)));
    return made;
}

std::string text_of(std::vector<shared_frame> const& frames)
{
    std::string all;
    for (shared_frame const& each : frames)
        all += each.text();
    return all;
}

} // namespace

// Whatever is appended leaves in the coding, each piece readable at once, and the end is a right one.
TEST_CASE_METHOD(coded_stream, "a body in a coding, in each framing")
{
    for (framing const wanted : {framing::none, framing::chunked}) {
        over.taken.clear();
        begin(wanted);
        out.append(event{.id = "7", .data = "x"});
        out.append(tidings::event_text(event{.data = "kept"}));
        out.append_comment("hello");
        out.probe();
        out.advise(250ms);
        out.flush();
        std::string const text = "id: 7\ndata: x\n\ndata: kept\n\n: hello\n\n: ping\n\nretry: 250\n\n";
        CHECK(decode_gzip(sent()).text == text);
        CHECK_FALSE(decode_gzip(sent()).is_whole);
        out.end_body();
        out.flush();
        CHECK(decode_gzip(sent()).text == text);
        CHECK(decode_gzip(sent()).is_whole);
        CHECK(over.taken.ends_with("0\r\n\r\n") == (wanted == framing::chunked));
    }
}

// The comment in silence is the same for all streams.
TEST_CASE_METHOD(coded_stream, "a comment in silence is not compressed again")
{
    begin(framing::chunked);
    int const before = coding->encoded;
    out.probe();
    CHECK(coding->encoded == before);
}

// The connection's next answer is one of its own.
TEST_CASE_METHOD(coded_stream, "a coding ends with its body")
{
    begin(framing::none);
    out.append(event{.data = "x"});
    out.end_body();
    out.flush();
    over.taken.clear();
    out.begin("head|");
    out.append(event{.data = "y"});
    out.flush();
    CHECK(over.taken == "head|data: y\n\n");
}

// However few bytes are taken: the sum at the end is of what was sent, and of nothing else.
TEST_CASE_METHOD(coded_stream, "coded frames that are taken in part")
{
    auto const frames = numbered(3);
    begin(framing::chunked);
    (void)out.deliver(frames);
    std::size_t const whole = over.taken.size();
    for (std::size_t taken = 0; taken <= whole; ++taken) {
        out.end_body();
        out.flush();
        over.taken.clear();
        over.capacity = 1'000;
        begin(framing::chunked);
        over.capacity = taken;
        std::size_t const done = out.deliver(frames);
        over.capacity = 10'000;
        out.on_writable();
        CHECK(out.deliver(std::span(frames).subspan(done)) == frames.size() - done);
        out.end_body();
        out.flush();
        auto const got = decode_gzip(sent());
        CHECK(got.text == text_of(frames));
        CHECK(got.is_whole);
    }
}

// One compression an event, whatever the number of streams and whenever they come; frames that share nothing
// are compressed for each.
TEST_CASE_METHOD(coded_stream, "an event is compressed once for all streams")
{
    auto const frames = numbered(5);
    begin(framing::chunked);
    auto const writes = over.calls;
    CHECK(out.deliver(frames) == 5);
    CHECK(over.calls == writes + 1); // one gathered write
    for (int i = 0; i < 20; ++i) {
        event_writer other(loop.root, over, options);
        other.begin("", coding);
        CHECK(other.deliver(std::vector(frames)) == 5);
    }
    CHECK(coding->encoded == 5);
    (void)out.deliver(std::vector{shared_frame("data: alone\n\n")});
    CHECK(coding->encoded == 6);
}

// A stream that cannot take anything has nothing compressed for it.
TEST_CASE_METHOD(coded_stream, "nothing is compressed for a stream that waits")
{
    auto const frames = numbered(5);
    begin(framing::chunked);
    over.capacity = 1;
    (void)out.deliver(frames);
    int const before = coding->encoded;
    CHECK(out.deliver(std::vector{shared_frame("data: alone\n\n")}) == 0);
    CHECK(coding->encoded == before);
}
