// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/http2/http2.hpp>

#include "../handlers.hpp"
#include "../one_route.hpp"
#include "raw_peer.hpp"
#include "support/byte_stream.hpp"
#include "support/http2_frames.hpp"
#include "violations.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
using namespace tidings::test;
using tidings::test::server_fixture;

namespace {

tidings::server_options speaking_http2()
{
    auto options = server_fixture::brisk();
    options.listen = {{.http2 = tidings::http2({.max_streams = 10, .prior_knowledge = true})}};
    options.head_bytes = 8 * 1024;
    options.body_bytes = 64 * 1024;
    return options;
}

/// What a client sends, and what the server says.
class conversation
{
public:
    explicit conversation(std::uint16_t port) : to_(port) {}

    void greet()
    {
        to_.send(std::string(h2::preface) + h2::settings_of({}));
        next(); // the server's settings
        to_.send(h2::frame(h2::settings, h2::ack, 0));
    }

    void send(std::string const& bytes) { to_.send(bytes); }
    /// With a ping behind it, whose answer is "quiet".
    void send_and_ping(std::string const& bytes) { send(bytes + h2::frame(h2::ping, 0, 0, last_ping)); }

    /// The next thing that matters, in the words of `violation::expected`.
    std::string next()
    {
        for (;;) {
            if (is_http1())
                return "HTTP/1.1 " + received_.substr(9, 3);
            auto const frame = h2::take_frame(received_);
            if (!frame) {
                std::string const more = to_.receive();
                if (more.empty())
                    return "closed";
                received_ += more;
                continue;
            }
            if (frame->type == h2::goaway)
                return "GOAWAY " + h2::error_name(frame->payload.substr(4));
            if (frame->type == h2::rst_stream)
                return "RST_STREAM " + h2::error_name(frame->payload);
            if (frame->type == h2::headers)
                return heads_.status(frame->payload);
            if (frame->type == h2::settings && (frame->flags & h2::ack) == 0)
                return "settings";
            if (frame->type == h2::ping && (frame->flags & h2::ack) != 0 && frame->payload == last_ping)
                return "quiet";
        }
    }

private:
    static constexpr std::string_view last_ping = "the last";

    bool is_http1() const { return received_.size() > 12 && received_.starts_with("HTTP/1.1 "); }

    byte_stream to_;
    head_reader heads_;
    std::string received_;
};

bool is_among(std::string const& said, std::string const& expected)
{
    return (" or " + expected + " or ").find(" or " + said + " or ") != std::string::npos;
}

/// Whether nothing that comes later could be what is expected.
bool ends_all(std::string const& said, std::string const& expected)
{
    bool const is_reset = said.starts_with("RST_STREAM") && expected.find("GOAWAY") == std::string::npos;
    return is_reset || said == "closed" || said.starts_with("GOAWAY") || said.starts_with("HTTP/1.1") ||
           said == "quiet";
}

class server_of_rules : public server_fixture
{
public:
    server_of_rules() : server_fixture(speaking_http2())
    {
        routes().get("/", answer_plainly);
        routes().post("/", echo);
        routes().get("/events", stay_open);
        start();
    }
};

/// What comes last.
std::string outcome_of(violation const& row, std::uint16_t port)
try {
    conversation with(port);
    if (!row.is_from_the_start)
        with.greet();
    // A ping behind it would be a fault of its own where a block of fields is open, or a frame is cut off.
    if (row.expected.find("quiet") != std::string::npos)
        with.send_and_ping(row.bytes);
    else
        with.send(row.bytes);
    std::string heard;
    while (!is_among(heard, row.expected) && !ends_all(heard, row.expected))
        heard = with.next();
    return heard;
} catch (std::exception const& failed) {
    return failed.what();
}

} // namespace

// Each row has the outcome that its section asks for, whatever else the server says before; and nothing of it
// is left afterwards.
TEST_CASE("HTTP/2: violations and floods")
{
    CHECK(violations().size() >= 120);
    server_of_rules server;
    for (auto const& row : violations()) {
        std::string const heard = outcome_of(row, server.port());
        INFO(row.section << ": " << row.what << ", expected " << row.expected << ", and came " << heard);
        CHECK(is_among(heard, row.expected));
    }
    CHECK(server.wait_for_stats(nothing_is_left));
}

// What has us reset a stream costs as much as a reset of the client's: a connection that goes on so is ended,
// also one that never has more streams than it may.
TEST_CASE("HTTP/2: resets that we are made to send are counted")
{
    server_of_rules server;
    auto const ask = [](std::uint32_t id, std::string const& path) {
        return h2::frame(
            h2::headers, h2::end_headers | h2::end_stream, id,
            h2::literals({{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", path}}));
    };
    auto const too_wide = [&](std::uint32_t id) {
        return ask(id, "/events") + h2::frame(h2::window_update, 0, id, h2::number(0x7FFF'FFFF));
    };
    auto const malformed = [&](std::uint32_t id) { return ask(id, ""); };
    auto const withdrawn = [&](std::uint32_t id) {
        return ask(id, "/events") + h2::frame(h2::rst_stream, 0, id, h2::number(8));
    };
    std::vector<std::function<std::string(std::uint32_t)>> const ways{too_wide, malformed, withdrawn};
    for (std::size_t way = 0; way != ways.size(); ++way) {
        INFO(way);
        conversation with(server.port());
        with.greet();
        std::string heard;
        std::uint32_t id = 1;
        for (; id < 4000 && !heard.starts_with("GOAWAY"); id += 2) {
            with.send_and_ping(ways[way](id));
            for (heard = with.next(); heard != "quiet" && !heard.starts_with("GOAWAY") && heard != "closed";)
                heard = with.next();
        }
        CHECK(heard == "GOAWAY ENHANCE_YOUR_CALM");
        CHECK(id > 200); // a browser that leaves a page is none of these
    }
    CHECK(server.wait_for_log("ended the HTTP/2 connection of 127.0.0.1"));
    CHECK(server.wait_for_stats(nothing_is_left));
}
