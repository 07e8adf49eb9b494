// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/http2/detail/http2_session.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <nghttp2/nghttp2.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using tidings::detail::http2_session;
using tidings::detail::session_stream;
using tidings::detail::session_user;
using tidings::detail::stream_lines;

namespace {

/// One stream of the server, which notes what it is told.
struct noting_stream final : session_stream
{
    void add_field(std::string_view name, std::string_view value) override
    {
        told.append(name).append("=").append(value).append(" ");
    }
    void add_trailer(std::string_view name, std::string_view) override
    {
        told.append("trailer ").append(name);
    }
    void end_head(bool is_all) override { told += is_all ? "head, all " : "head "; }
    void add_body(std::string_view bytes) override { body += bytes; }
    void end_request() override { is_whole = true; }
    bool sends_last(std::size_t count) override
    {
        unread += count;
        return is_last;
    }
    void window_grown(std::size_t by) override { unread -= std::min(by, unread); }
    void closed() override { is_closed = true; }

    std::string told;
    std::string body;
    std::size_t unread = 0;
    bool is_last = false;
    bool is_whole = false;
    bool is_closed = false;
};

/// A session and its client, which is one of the library's, from memory to memory.
class conversation final : session_user
{
public:
    explicit conversation(http2_session::limits const& limits = {.max_streams = 10, .head_bytes = 16'384})
        : server(*this, limits)
    {
        nghttp2_session_callbacks* calls = nullptr;
        nghttp2_session_callbacks_new(&calls);
        nghttp2_session_callbacks_set_on_frame_recv_callback(calls, note_frame);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls, note_data);
        nghttp2_option* options = nullptr;
        nghttp2_option_new(&options);
        nghttp2_option_set_no_auto_window_update(options, 1);
        nghttp2_session_client_new2(&client_, calls, this, options);
        nghttp2_option_del(options);
        nghttp2_session_callbacks_del(calls);
        nghttp2_submit_settings(client_, NGHTTP2_FLAG_NONE, nullptr, 0);
    }
    ~conversation() { nghttp2_session_del(client_); }
    conversation(conversation const&) = delete;
    conversation& operator=(conversation const&) = delete;

    std::int32_t ask(bool with_body = false)
    {
        auto const field = [](char const* name, char const* value) {
            auto const bytes = [](char const* text) {
                return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text)); // NOLINT
            };
            return nghttp2_nv{bytes(name), bytes(value), std::string_view(name).size(),
                              std::string_view(value).size(), NGHTTP2_NV_FLAG_NONE};
        };
        std::array const fields{field(":method", "GET"), field(":scheme", "http"), field(":authority", "a"),
                                field(":path", "/")};
        nghttp2_data_provider body{};
        body.read_callback = [](auto*, auto, auto*, auto, auto*, auto*, auto*) -> ssize_t {
            return NGHTTP2_ERR_DEFERRED;
        };
        return nghttp2_submit_request(client_, nullptr, fields.data(), fields.size(),
                                      with_body ? &body : nullptr, nullptr);
    }

    /// Until neither side has anything to say.
    void talk()
    {
        for (bool is_over = false; !is_over;) {
            is_over = true;
            std::uint8_t const* bytes = nullptr;
            for (auto size = nghttp2_session_mem_send(client_, &bytes); size > 0;
                 size = nghttp2_session_mem_send(client_, &bytes), is_over = false)
                is_sound =
                    server.receive({reinterpret_cast<char const*>(bytes), static_cast<std::size_t>(size)});
            for (auto out = server.next(); !out.empty(); out = server.next(), is_over = false)
                nghttp2_session_mem_recv(client_, reinterpret_cast<std::uint8_t const*>(out.data()),
                                         out.size());
        }
    }

    /// Gives a stream of the server a head with a body behind it.
    void answer(std::int32_t id)
    {
        server.submit_head(id, stream_lines(200, {}, ""), true);
        talk();
    }

    /// Has as much leave as may, as a stream does that has more than that; how much that was.
    std::size_t send_all(std::int32_t id) { return send(id, std::string(100'000, 'x')); }
    /// Has these bytes leave, in two pieces, as far as they may; how many did.
    std::size_t send(std::int32_t id, std::string_view bytes)
    {
        std::array const pieces{boost::asio::const_buffer(bytes.data(), bytes.size() / 3),
                                boost::asio::const_buffer(bytes.data(), bytes.size()) + bytes.size() / 3};
        server.offer(id, pieces, window(id));
        talk();
        return server.end_offer();
    }
    std::size_t window(std::int32_t id) { return server.window(id, streams[id].unread); }
    /// WINDOW_UPDATE of this stream or, 0, of the connection, right or wrong.
    void widen(std::int32_t id, std::int32_t by)
    {
        std::string frame("\0\0\4\10\0", 5);
        for (std::int32_t const each : {id, by})
            for (int shift = 24; shift >= 0; shift -= 8)
                frame += static_cast<char>(each >> shift);
        is_sound = server.receive(frame);
        talk();
    }

    nghttp2_session* client() { return client_; }

    http2_session server;
    std::map<std::int32_t, noting_stream> streams;
    std::string got;     ///< bodies
    std::string resets;  ///< codes of those that the client has got
    std::string goaways; ///< the same
    bool is_sound = true;
    bool refuses = false;
    int pings = 0;

private:
    session_stream* begin_stream(std::int32_t id) override { return refuses ? nullptr : &streams[id]; }
    void ping_answered() override { ++pings; }
    tidings::time_point time() const noexcept override
    {
        return tidings::time_point() + std::chrono::hours(1);
    }

    static int note_frame(nghttp2_session*, nghttp2_frame const* frame, void* user)
    {
        auto& self = *static_cast<conversation*>(user);
        if (frame->hd.type == NGHTTP2_RST_STREAM)
            self.resets += std::to_string(frame->rst_stream.error_code) + " ";
        if (frame->hd.type == NGHTTP2_GOAWAY)
            self.goaways += std::to_string(frame->goaway.error_code) + " ";
        return 0;
    }
    static int note_data(nghttp2_session*, std::uint8_t, std::int32_t, std::uint8_t const* bytes,
                         std::size_t size, void* user)
    {
        static_cast<conversation*>(user)->got.append(reinterpret_cast<char const*>(bytes), size);
        return 0;
    }

    nghttp2_session* client_ = nullptr;
};

} // namespace

// The fields, then the end; and an answer whose pieces leave when they come, with an end of its own.
TEST_CASE("a session brings a request and takes its answer away")
{
    conversation both;
    auto const id = both.ask();
    both.talk();
    auto& stream = both.streams[id];
    CHECK(stream.told == ":method=GET :scheme=http :authority=a :path=/ head, all ");
    CHECK(stream.is_whole);
    both.answer(id);
    CHECK(both.got.empty());
    CHECK(both.send(id, "data: one\n\n") == 11);
    CHECK(both.got == "data: one\n\n");
    CHECK_FALSE(stream.is_closed);
    stream.is_last = true;
    both.server.resume(id);
    both.talk();
    CHECK(stream.is_closed);
    CHECK(both.resets.empty());
}

// Of an answer that is out before the request is whole the client is told that it need not go on.
TEST_CASE("a request that was answered early is let go")
{
    conversation both;
    auto const id = both.ask(true);
    both.talk();
    auto& stream = both.streams[id];
    CHECK_FALSE(stream.is_whole);
    stream.is_last = true;
    both.answer(id);
    both.server.resume(id);
    both.talk();
    CHECK(both.resets == "0 ");
    CHECK(stream.is_closed);
}

// The client's reset ends the stream within the call that brings it.
TEST_CASE("a reset closes a stream at once")
{
    conversation both;
    auto const id = both.ask();
    both.talk();
    both.answer(id);
    nghttp2_submit_rst_stream(both.client(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    both.talk();
    CHECK(both.streams[id].is_closed);
}

// A stream whose client reads nothing leaves a quarter of the connection's window to the others; more than
// half of it may be taken, since many clients grant nothing before they have read that much.
TEST_CASE("no stream takes all of the connection's window")
{
    conversation both;
    auto const slow = both.ask();
    auto const other = both.ask();
    both.talk();
    both.answer(slow);
    both.answer(other);
    CHECK(both.send_all(slow) == 65'535 / 4 * 3);
    CHECK(both.window(slow) == 0);
    CHECK(both.window(other) >= 65'535 / 4 * 3 / 4);
    nghttp2_session_consume_connection(both.client(), 65'535 / 2);
    both.talk();
    CHECK(both.window(other) >= 65'535 / 2);
}

// A client that widens the window of one stream as soon as it begins, as some browsers do with all of theirs,
// has read nothing for that: the stream takes no more of what all share than before, however often it is
// asked, and the others have theirs.
TEST_CASE("no wide window of a stream takes all of the connection's")
{
    conversation both;
    auto const wide = both.ask();
    auto const other = both.ask();
    both.talk();
    both.answer(wide);
    both.answer(other);
    both.widen(wide, 12'000'000);
    std::size_t taken = 0;
    for (int i = 0; i != 20; ++i)
        taken += both.send_all(wide);
    CHECK(taken == 65'535 / 4 * 3);
    CHECK(both.window(other) >= 65'535 / 4 * 3 / 4);
    CHECK(both.send_all(other) != 0);

    both.widen(wide, static_cast<std::int32_t>(taken)); // what it has read now
    both.widen(0, static_cast<std::int32_t>(taken));
    CHECK(both.window(wide) >= 65'535 / 2);
}

// A window may not grow beyond 2^31 - 1 (RFC 9113, 6.9.1): of a stream that ends the stream, of the
// connection all of it; and none of them counts as more than it may be.
TEST_CASE("windows that overflow")
{
    constexpr std::int32_t largest = 0x7FFF'FFFF;
    conversation both;
    auto const id = both.ask();
    auto const other = both.ask();
    both.talk();
    both.answer(id);
    both.answer(other);
    SECTION("as wide as may be")
    {
        both.widen(id, largest - 65'535);
        both.widen(0, largest - 65'535);
        CHECK(both.resets.empty());
        CHECK(both.window(id) == std::size_t{largest} / 4 * 3);
        both.send_all(other); // and what all have left is less for it
        CHECK(both.window(id) < std::size_t{largest} / 4 * 3);
    }
    SECTION("one byte more of a stream")
    {
        both.widen(id, largest - 65'535);
        both.widen(id, 1);
        CHECK(both.resets == "3 ");
        CHECK(both.goaways.empty());
        CHECK(both.streams[id].is_closed);
        CHECK_FALSE(both.streams[other].is_closed);
        CHECK(both.window(other) != 0);
    }
    SECTION("one byte more of the connection")
    {
        both.widen(0, largest - 65'535);
        both.widen(0, 1);
        CHECK(both.goaways == "3 ");
        CHECK(both.server.complaint());
    }
    SECTION("by the settings that come behind")
    {
        both.widen(id, largest - 65'535);
        nghttp2_settings_entry const wider{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 65'536};
        nghttp2_submit_settings(both.client(), NGHTTP2_FLAG_NONE, &wider, 1);
        both.talk();
        CHECK((both.goaways == "3 " || both.resets == "3 "));
    }
}

// Whom the user has no room for is asked to try again; nothing of it is told.
TEST_CASE("a stream that there is no room for is refused")
{
    conversation both;
    both.refuses = true;
    (void)both.ask();
    both.talk();
    CHECK(both.resets == "7 ");
    CHECK(both.streams.empty());
}

// Requests that are reset again and again, or that we are made to reset, end the session, and it says why.
TEST_CASE("too many resets end a session")
{
    conversation both;
    SECTION("the client's")
    {
        for (int i = 0; i != 600; ++i) {
            auto const id = both.ask();
            both.talk();
            nghttp2_submit_rst_stream(both.client(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
            both.talk();
        }
    }
    SECTION("ours")
    {
        both.refuses = true;
        for (int i = 0; i != 600; ++i) {
            (void)both.ask();
            both.talk();
        }
    }
    CHECK(both.goaways == "11 ");
    REQUIRE(both.server.complaint());
    CHECK(std::string_view(both.server.complaint()).find("resets too many") != std::string_view::npos);
}

// Frames that ask for nothing are taken, up to a bound.
TEST_CASE("too many pings end a session")
{
    conversation both;
    int sent = 0;
    for (; sent != 2000 && both.goaways.empty(); ++sent) {
        nghttp2_submit_ping(both.client(), NGHTTP2_FLAG_NONE, nullptr);
        both.talk();
    }
    CHECK(sent == 1000); // and the settings that every client sends
    CHECK(both.goaways == "11 ");
}

// An end is announced, confirmed by a ping, and then final.
TEST_CASE("a session ends in two steps")
{
    conversation both;
    auto const id = both.ask();
    both.talk();
    both.server.announce_end();
    both.talk();
    CHECK(both.goaways == "0 ");
    CHECK(both.pings == 1);
    both.server.end_streams();
    both.talk();
    CHECK(both.goaways == "0 0 ");
    both.streams[id].is_last = true;
    both.answer(id);
    both.server.resume(id);
    both.talk();
    CHECK(both.streams[id].is_closed);
    CHECK(both.server.has_ended());
    CHECK_FALSE(both.server.complaint());
}

// A client that speaks something else is found out with its first bytes.
TEST_CASE("bytes that are not HTTP/2 break a session")
{
    conversation both;
    CHECK_FALSE(both.server.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(both.server.complaint());
    CHECK(both.server.has_ended());
}
