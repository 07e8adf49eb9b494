// SPDX-License-Identifier: BSL-1.0
#include "violations.hpp"

#include "support/http2_frames.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace tidings::test {

namespace {

using namespace h2;

std::string repeat(std::size_t count, std::function<std::string(std::uint32_t)> const& each)
{
    std::string all;
    for (std::uint32_t i = 0; i != count; ++i)
        all += each(i);
    return all;
}

field_list fields_of(std::string const& path = "/", std::string const& method = "GET")
{
    return {{":method", method}, {":scheme", "http"}, {":authority", "localhost"}, {":path", path}};
}

field_list asking_with(field_list const& more)
{
    auto all = fields_of();
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

field_list asking_without(std::string_view name)
{
    auto all = fields_of();
    std::erase_if(all, [&](auto const& each) { return each.first == name; });
    return all;
}

/// As `fields_of`, with another value of one field.
field_list asking_as(std::string_view name, std::string const& value)
{
    auto all = fields_of();
    for (auto& [each, old] : all)
        if (each == name)
            old = value;
    return all;
}

/// A request that is all of a stream.
std::string request(field_list const& fields, std::uint32_t stream = 1)
{
    return frame(headers, end_headers | end_stream, stream, literals(fields));
}

std::string get(std::uint32_t stream = 1)
{
    return request(fields_of(), stream);
}

/// A stream that stays open on the server's side, and is closed on the client's.
std::string watch(std::uint32_t stream = 1)
{
    return request(fields_of("/events"), stream);
}

/// The head of a request whose body follows.
std::string post(field_list const& more = {}, std::uint32_t stream = 1)
{
    auto all = fields_of("/", "POST");
    all.insert(all.end(), more.begin(), more.end());
    return frame(headers, end_headers, stream, literals(all));
}

std::string body(std::string_view bytes, std::uint32_t stream = 1)
{
    return frame(data, end_stream, stream, bytes);
}

/// A whole request out of this block of HPACK.
std::string block(std::string_view bytes)
{
    return frame(headers, end_headers | end_stream, 1, bytes);
}

std::string reset(std::uint32_t stream = 1)
{
    return frame(rst_stream, 0, stream, number(8));
}

std::string widen(std::uint32_t stream, std::uint32_t by)
{
    return frame(window_update, 0, stream, number(by));
}

using rows = std::vector<violation>;

rows handshake()
{
    std::string const start(preface);
    return {
        {"3.4", "a preface that is wrong at its end", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "HTTP/1.1 400",
         true},
        {"3.4", "a preface of another version", "PRI * HTTP/3.0\r\n\r\nSM\r\n\r\n",
         "HTTP/1.1 400 or HTTP/1.1 505", true},
        {"3.4", "a request before the settings", start + get(), "GOAWAY PROTOCOL_ERROR", true},
        {"3.4", "a ping before the settings", start + frame(ping, 0, 0, "12345678"), "GOAWAY PROTOCOL_ERROR",
         true},
        {"3.4", "an acknowledgement in place of the settings", start + frame(settings, ack, 0),
         "GOAWAY PROTOCOL_ERROR", true},
        {"3.4", "text in place of the settings", start + "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
         "GOAWAY FRAME_SIZE_ERROR or GOAWAY PROTOCOL_ERROR", true},
        {"3.4", "the preface once more", start, "GOAWAY FRAME_SIZE_ERROR or GOAWAY PROTOCOL_ERROR"},
        {"3.4", "a request right behind preface and settings", start + settings_of({}) + get(), "200", true},
    };
}

rows sizes()
{
    std::string const too_large(16'385, 'x');
    return {
        {"4.1", "a frame of an unknown type", frame(0x77, 0xFF, 0, "anything") + get(), "200"},
        {"5.5", "a frame of an unknown type on a stream", watch() + frame(0x77, 0, 1, "anything"), "quiet"},
        {"4.1", "flags that mean nothing", frame(ping, 0xFE, 0, "12345678") + get(), "200"},
        {"4.1", "the reserved bit of a stream's number",
         frame(headers, end_headers | end_stream, 0x8000'0001, literals(fields_of())), "200"},
        {"4.2", "DATA beyond the largest frame", post() + frame(data, 0, 1, too_large),
         "GOAWAY FRAME_SIZE_ERROR or RST_STREAM FRAME_SIZE_ERROR"},
        {"4.2", "HEADERS beyond the largest frame", block(too_large), "GOAWAY FRAME_SIZE_ERROR"},
        {"4.2", "a frame of an unknown type beyond the largest frame", frame(0x77, 0, 0, too_large),
         "GOAWAY FRAME_SIZE_ERROR"},
        {"4.2", "DATA as large as may be", post() + frame(data, end_stream, 1, too_large.substr(1)), "200"},
        {"6.2", "HEADERS too short for their priority",
         frame(headers, end_headers | with_priority, 1, "1234"),
         "GOAWAY FRAME_SIZE_ERROR or GOAWAY PROTOCOL_ERROR"},
        {"6.3", "PRIORITY of 4 bytes", watch() + frame(priority, 0, 1, "1234"),
         "RST_STREAM FRAME_SIZE_ERROR or GOAWAY FRAME_SIZE_ERROR"},
        {"6.3", "PRIORITY of 6 bytes", watch() + frame(priority, 0, 1, "123456"),
         "RST_STREAM FRAME_SIZE_ERROR or GOAWAY FRAME_SIZE_ERROR"},
        {"6.4", "RST_STREAM of 3 bytes", watch() + frame(rst_stream, 0, 1, "123"), "GOAWAY FRAME_SIZE_ERROR"},
        {"6.4", "RST_STREAM of 5 bytes", watch() + frame(rst_stream, 0, 1, "12345"),
         "GOAWAY FRAME_SIZE_ERROR"},
        {"6.5", "SETTINGS of 5 bytes", frame(settings, 0, 0, "12345"), "GOAWAY FRAME_SIZE_ERROR"},
        {"6.5", "an acknowledgement that has entries", frame(settings, ack, 0, "123456"),
         "GOAWAY FRAME_SIZE_ERROR"},
        {"6.7", "PING of 7 bytes", frame(ping, 0, 0, "1234567"), "GOAWAY FRAME_SIZE_ERROR"},
        {"6.7", "PING of 9 bytes", frame(ping, 0, 0, "123456789"), "GOAWAY FRAME_SIZE_ERROR"},
        {"6.8", "GOAWAY of 7 bytes", frame(goaway, 0, 0, "1234567"), "GOAWAY FRAME_SIZE_ERROR"},
        {"6.9", "WINDOW_UPDATE of 3 bytes", frame(window_update, 0, 0, "123"), "GOAWAY FRAME_SIZE_ERROR"},
        {"6.9", "WINDOW_UPDATE of 5 bytes", frame(window_update, 0, 0, "12345"), "GOAWAY FRAME_SIZE_ERROR"},
    };
}

// The library takes a number below the last for a late frame of a closed stream, and passes over it; of
// PRIORITY, which is no longer in use, it passes over all.
rows states()
{
    std::string const done = get() + reset();
    return {
        {"5.1", "DATA on an idle stream", body("x"), "GOAWAY PROTOCOL_ERROR"},
        {"5.1", "RST_STREAM on an idle stream", reset(), "GOAWAY PROTOCOL_ERROR"},
        {"5.1", "WINDOW_UPDATE on an idle stream", widen(1, 1), "GOAWAY PROTOCOL_ERROR"},
        {"5.1", "CONTINUATION on an idle stream", frame(continuation, end_headers, 1, literals(fields_of())),
         "GOAWAY PROTOCOL_ERROR"},
        {"5.1", "PRIORITY on an idle stream", frame(priority, 0, 1, number(0) + "x") + get(), "200"},
        {"5.1", "DATA behind the end of a request", watch() + body("x"),
         "RST_STREAM STREAM_CLOSED or GOAWAY STREAM_CLOSED"},
        {"5.1", "HEADERS behind the end of a request", watch() + watch(),
         "RST_STREAM STREAM_CLOSED or GOAWAY STREAM_CLOSED"},
        {"5.1", "CONTINUATION behind the end of a request", watch() + frame(continuation, end_headers, 1),
         "GOAWAY PROTOCOL_ERROR"},
        {"5.1", "WINDOW_UPDATE behind the end of a request", watch() + widen(1, 1), "quiet"},
        {"5.1", "PRIORITY behind the end of a request", watch() + frame(priority, 0, 1, number(0) + "x"),
         "quiet"},
        {"5.1", "RST_STREAM behind the end of a request", watch() + reset(), "quiet"},
        {"5.1", "RST_STREAM twice", watch() + reset() + reset(), "quiet"},
        {"5.1", "DATA on a stream that was reset", post() + reset() + body("x"),
         "quiet or RST_STREAM STREAM_CLOSED or GOAWAY STREAM_CLOSED"},
        {"5.1", "HEADERS on a stream that was reset", watch() + reset() + watch(),
         "RST_STREAM STREAM_CLOSED or GOAWAY STREAM_CLOSED or GOAWAY PROTOCOL_ERROR or quiet"},
        {"5.1", "WINDOW_UPDATE on a stream that was reset", watch() + reset() + widen(1, 1), "quiet"},
        {"5.1", "PRIORITY on a stream that was reset", done + frame(priority, 0, 1, number(0) + "x"),
         "quiet"},
        {"5.1.1", "a stream of an even number", get(2), "GOAWAY PROTOCOL_ERROR"},
        {"5.1.1", "a request on stream 0", get(0), "GOAWAY PROTOCOL_ERROR"},
        {"5.1.1", "a number below one that was used", watch(5) + watch(3),
         "GOAWAY PROTOCOL_ERROR or GOAWAY STREAM_CLOSED or quiet"},
        {"5.1.1", "numbers left out", get(1001), "200"},
        {"5.1.1", "the largest number", get(0x7FFF'FFFF), "200"},
        {"5.1.2", "more streams than are allowed", repeat(11, [](auto i) { return watch(2 * i + 1); }),
         "RST_STREAM REFUSED_STREAM or RST_STREAM PROTOCOL_ERROR or GOAWAY PROTOCOL_ERROR"},
    };
}

rows frames()
{
    std::string const all = literals(fields_of());
    std::string const first = all.substr(0, 10);
    std::string const rest = all.substr(10);
    auto const begun = frame(headers, end_stream, 1, first);
    return {
        {"6.1", "DATA on stream 0", body("x", 0), "GOAWAY PROTOCOL_ERROR"},
        {"6.1", "DATA with padding", post() + frame(data, padded | end_stream, 1, "\x03xyz..."), "200"},
        {"6.1", "DATA of padding alone", post() + frame(data, padded, 1, std::string("\x02..", 3)) + body(""),
         "200"},
        {"6.1", "DATA whose padding is as long as all", post() + frame(data, padded, 1, "\x04xyz"),
         "GOAWAY PROTOCOL_ERROR"},
        {"6.1", "DATA that is padded and empty", post() + frame(data, padded, 1),
         "GOAWAY PROTOCOL_ERROR or GOAWAY FRAME_SIZE_ERROR"},
        {"6.2", "HEADERS with padding",
         frame(headers, padded | end_headers | end_stream, 1, "\x02" + all + ".."), "200"},
        {"6.2", "HEADERS with a priority",
         frame(headers, with_priority | end_headers | end_stream, 1, number(0) + "x" + all), "200"},
        {"6.2", "HEADERS whose padding is as long as all",
         frame(headers, padded | end_headers | end_stream, 1,
               "\x05"
               "abcd"),
         "GOAWAY PROTOCOL_ERROR"},
        {"6.2", "HEADERS that are padded and empty", frame(headers, padded | end_headers | end_stream, 1),
         "GOAWAY PROTOCOL_ERROR or GOAWAY FRAME_SIZE_ERROR"},
        {"6.3", "PRIORITY on stream 0", frame(priority, 0, 0, number(0) + "x"),
         "GOAWAY PROTOCOL_ERROR or quiet"},
        {"5.3.2", "a stream that depends on itself", frame(priority, 0, 1, number(1) + "x") + get(),
         "200 or GOAWAY PROTOCOL_ERROR"},
        {"6.4", "RST_STREAM on stream 0", reset(0), "GOAWAY PROTOCOL_ERROR"},
        {"6.4", "RST_STREAM with a code that nobody knows", watch() + frame(rst_stream, 0, 1, number(77)),
         "quiet"},
        {"6.6", "PUSH_PROMISE", watch() + frame(push_promise, end_headers, 1, number(2) + all),
         "GOAWAY PROTOCOL_ERROR"},
        {"6.6", "PUSH_PROMISE on stream 0", frame(push_promise, end_headers, 0, number(2) + all),
         "GOAWAY PROTOCOL_ERROR"},
        {"6.7", "PING on a stream", watch() + frame(ping, 0, 1, "12345678"), "GOAWAY PROTOCOL_ERROR"},
        {"6.7", "an answer to no ping", frame(ping, ack, 0, "unasked!"), "quiet"},
        {"6.8", "GOAWAY on a stream", watch() + frame(goaway, 0, 1, number(0) + number(0)),
         "GOAWAY PROTOCOL_ERROR"},
        {"6.8", "GOAWAY with a text, and streams that go on",
         watch() + frame(goaway, 0, 0, number(0) + number(0) + "bye"), "quiet"},
        {"6.9", "WINDOW_UPDATE of 0 on the connection", widen(0, 0), "GOAWAY PROTOCOL_ERROR"},
        {"6.9", "WINDOW_UPDATE of 0 on a stream", watch() + widen(1, 0),
         "RST_STREAM PROTOCOL_ERROR or GOAWAY PROTOCOL_ERROR"},
        {"6.9.1", "a window of the connection beyond the largest", widen(0, 0x7FFF'FFFF),
         "GOAWAY FLOW_CONTROL_ERROR"},
        {"6.9.1", "a window of a stream beyond the largest", watch() + widen(1, 0x7FFF'FFFF),
         "RST_STREAM FLOW_CONTROL_ERROR"},
        {"6.9.1", "windows as large as may be", watch() + widen(0, 0x7FFF'0000) + widen(1, 0x7FFF'0000),
         "quiet"},
        // Of what comes behind the answer nothing is told.
        {"6.9.1", "DATA beyond the window of a stream that has its answer",
         frame(headers, end_headers, 1, literals(fields_of("/unread", "POST"))) +
             repeat(5, [](auto) { return frame(data, 0, 1, std::string(16'384, 'x')); }),
         "RST_STREAM FLOW_CONTROL_ERROR or GOAWAY FLOW_CONTROL_ERROR or 404"},
        {"6.10", "CONTINUATION", begun + frame(continuation, end_headers, 1, rest), "200"},
        {"6.10", "CONTINUATION in pieces of one byte",
         frame(headers, end_stream, 1, all.substr(0, all.size() - 4)) +
             repeat(3, [&](auto i) { return frame(continuation, 0, 1, all.substr(all.size() - 4 + i, 1)); }) +
             frame(continuation, end_headers, 1, all.substr(all.size() - 1)),
         "200"},
        {"6.10", "CONTINUATION of another stream", begun + frame(continuation, end_headers, 3, rest),
         "GOAWAY PROTOCOL_ERROR"},
        {"6.10", "CONTINUATION on stream 0", begun + frame(continuation, end_headers, 0, rest),
         "GOAWAY PROTOCOL_ERROR"},
        {"6.10", "CONTINUATION behind the last one",
         begun + frame(continuation, end_headers, 1, rest) + frame(continuation, end_headers, 1),
         "GOAWAY PROTOCOL_ERROR"},
        {"6.2", "another stream between HEADERS and CONTINUATION", begun + get(3), "GOAWAY PROTOCOL_ERROR"},
        {"6.2", "PING between HEADERS and CONTINUATION", begun + frame(ping, 0, 0, "12345678"),
         "GOAWAY PROTOCOL_ERROR"},
        {"6.2", "DATA between HEADERS and CONTINUATION", begun + body("x"), "GOAWAY PROTOCOL_ERROR"},
        {"5.5", "an unknown frame between HEADERS and CONTINUATION", begun + frame(0x77, 0, 1),
         "GOAWAY PROTOCOL_ERROR"},
    };
}

rows settings_rows()
{
    constexpr unsigned table_size = 1;
    constexpr unsigned enable_push = 2;
    constexpr unsigned max_streams = 3;
    constexpr unsigned window = 4;
    constexpr unsigned frame_size = 5;
    constexpr unsigned list_size = 6;
    constexpr unsigned connect_protocol = 8;
    constexpr unsigned no_priorities = 9;
    return {
        {"6.5", "SETTINGS on a stream", watch() + frame(settings, 0, 1), "GOAWAY PROTOCOL_ERROR"},
        {"6.5.2", "push neither on nor off", settings_of({{enable_push, 2}}), "GOAWAY PROTOCOL_ERROR"},
        {"6.5.2", "a first window beyond the largest", settings_of({{window, 0x8000'0000}}),
         "GOAWAY FLOW_CONTROL_ERROR"},
        {"6.5.2", "frames below 16,384 bytes", settings_of({{frame_size, 16'383}}), "GOAWAY PROTOCOL_ERROR"},
        {"6.5.2", "frames beyond the largest", settings_of({{frame_size, 16'777'216}}),
         "GOAWAY PROTOCOL_ERROR"},
        {"RFC 8441, 3", "extended CONNECT neither on nor off", settings_of({{connect_protocol, 2}}),
         "GOAWAY PROTOCOL_ERROR"},
        {"RFC 9218, 2.1", "priorities neither on nor off", settings_of({{no_priorities, 2}}),
         "GOAWAY PROTOCOL_ERROR"},
        {"6.5.2", "a setting that nobody knows", settings_of({{0x7777, 7}}) + get(), "200"},
        {"6.5.2", "no push, no streams, short lists",
         settings_of({{enable_push, 0}, {max_streams, 0}, {list_size, 1}}) + get(), "200"},
        {"6.5.2", "no table for our heads", settings_of({{table_size, 0}}) + get(), "200"},
        {"6.5.2", "the largest table for our heads", settings_of({{table_size, 0xFFFF'FFFF}}) + get(), "200"},
        {"6.5.2", "the largest frames", settings_of({{frame_size, 16'777'215}}) + get(), "200"},
        {"6.5.3", "the same setting many times",
         settings_of({{window, 0}, {window, 70'000}, {window, 5}}) + get(), "200"},
        {"6.9.2", "a first window of 0 holds the body of an answer, not its end",
         settings_of({{window, 0}}) + get() + widen(1, 100), "200"},
        {"6.9.2", "a first window that takes an open one beyond the largest",
         watch() + widen(1, 0x7FFF'0000) + settings_of({{window, 0x7FFF'FFFF}}),
         "GOAWAY FLOW_CONTROL_ERROR or RST_STREAM FLOW_CONTROL_ERROR"},
        {"6.5.3", "an acknowledgement of nothing", frame(settings, ack, 0) + frame(settings, ack, 0),
         "GOAWAY PROTOCOL_ERROR"},
    };
}

// A malformed request is a stream's error, and may be answered before (8.1.1).
constexpr char const* malformed = "RST_STREAM PROTOCOL_ERROR or 400";

rows fields()
{
    auto const with = [](std::string const& name, std::string const& value) {
        return request(asking_with({{name, value}}));
    };
    return {
        {"8.2", "a name in upper case", with("X-Upper", "a"), malformed},
        {"8.2.1", "a name without a byte", with("", "a"), malformed},
        {"8.2.1", "a space in a name", with("a b", "a"), malformed},
        {"8.2.1", "a control character in a name", with("a\x01", "a"), malformed},
        {"8.2.1", "0x7f in a name", with("a\x7f", "a"), malformed},
        {"8.2.1", "a byte above 0x7f in a name", with("a\xE4", "a"), malformed},
        {"8.2.1", "a colon within a name", with("a:b", "a"), malformed},
        {"8.2.1", "NUL in a value", with("a", std::string("b\0c", 3)), malformed},
        {"8.2.1", "CR in a value", with("a", "b\rc"), malformed},
        {"8.2.1", "LF in a value", with("a", "b\nhost: other"), malformed},
        {"8.2.1", "a space before a value", with("a", " b"), malformed},
        {"8.2.1", "a space behind a value", with("a", "b "), malformed},
        {"8.2.1", "a tab behind a value", with("a", "b\t"), malformed},
        {"8.2.1", "an empty value", with("a", ""), "200"},
        {"8.2.1", "bytes above 0x7f in a value", with("a", "\xC3\xA4"), "200"},
        {"8.2.2", "Connection", with("connection", "close"), malformed},
        {"8.2.2", "Keep-Alive", with("keep-alive", "timeout=5"), malformed},
        {"8.2.2", "Proxy-Connection", with("proxy-connection", "keep-alive"), malformed},
        {"8.2.2", "Transfer-Encoding", with("transfer-encoding", "chunked"), malformed},
        {"8.2.2", "Upgrade", with("upgrade", "websocket"), malformed},
        {"8.2.2", "TE other than trailers", with("te", "gzip"), malformed},
        {"8.2.2", "TE: trailers", with("te", "trailers"), "200"},
        {"8.2.3", "a cookie in crumbs", request(asking_with({{"cookie", "a=b"}, {"cookie", "c=d"}})), "200"},
        {"8.3", "a pseudo-header behind a field",
         request({{":method", "GET"},
                  {":scheme", "http"},
                  {":path", "/"},
                  {"a", "b"},
                  {":authority", "localhost"}}),
         malformed},
        {"8.3", "a pseudo-header that nobody knows", request({{":what", "x"}, {":method", "GET"}}),
         malformed},
        {"8.3", "a pseudo-header of answers",
         request({{":status", "200"}, {":method", "GET"}, {":scheme", "http"}, {":path", "/"}}), malformed},
        {"8.3", "a pseudo-header in the trailers",
         post() + frame(headers, end_headers | end_stream, 1, literals({{":path", "/"}})), malformed},
        {"8.3.1", "no method", request(asking_without(":method")), malformed},
        {"8.3.1", "no scheme", request(asking_without(":scheme")), malformed},
        {"8.3.1", "no path", request(asking_without(":path")), malformed},
        {"8.3.1", "nothing at all", block(""), malformed},
        {"8.3.1", "the method twice",
         request({{":method", "GET"}, {":method", "GET"}, {":scheme", "http"}, {":path", "/"}}), malformed},
        {"8.3.1", "the scheme twice",
         request({{":scheme", "http"}, {":method", "GET"}, {":scheme", "http"}, {":path", "/"}}), malformed},
        {"8.3.1", "the path twice",
         request({{":path", "/"}, {":method", "GET"}, {":scheme", "http"}, {":path", "/"}}), malformed},
        {"8.3.1", "the authority twice",
         request({{":authority", "localhost"},
                  {":authority", "localhost"},
                  {":method", "GET"},
                  {":scheme", "http"},
                  {":path", "/"}}),
         malformed},
        {"8.3.1", "an empty path", request(asking_as(":path", "")), malformed},
        {"8.3.1", "a path without a slash", request(asking_as(":path", "events")), malformed},
        {"8.3.1", "a path with a space", request(asking_as(":path", "/a b")), malformed},
        {"8.3.1", "a path with a fragment", request(asking_as(":path", "/#a")), malformed},
        {"8.3.1", "a path with a bad escape", request(asking_as(":path", "/%zz")), malformed},
        {"8.3.1", "a path with NUL", request(asking_as(":path", std::string("/\0", 2))), malformed},
        {"8.3.1", "an asterisk with GET", request(asking_as(":path", "*")), malformed},
        {"8.3.1", "an asterisk with OPTIONS", request(fields_of("*", "OPTIONS")), "404 or 204 or 200 or 405"},
        {"8.3.1", "a whole URL for a path", request(asking_as(":path", "http://other/")), malformed},
        {"8.3.1", "an authority with a user", request(asking_as(":authority", "me@localhost")), malformed},
        {"8.3.1", "an authority with a slash", request(asking_as(":authority", "localhost/x")), malformed},
        {"8.3.1", "an authority with a bad port", request(asking_as(":authority", "localhost:x")), malformed},
        {"8.3.1", "an empty authority", request(asking_as(":authority", "")), malformed},
        {"8.3.1", "neither an authority nor a Host", request(asking_without(":authority")), malformed},
        {"8.3.1", "a Host in place of the authority",
         request({{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {"host", "localhost"}}), "200"},
        {"8.3.1", "a Host that agrees", with("host", "localhost"), "200"},
        {"8.3.1", "a Host that says another name", with("host", "other"), malformed},
        {"8.3.1", "two Hosts", request(asking_with({{"host", "localhost"}, {"host", "localhost"}})),
         malformed},
        {"8.3.1", "a method with a space", request(asking_as(":method", "G T")), malformed},
        {"8.3.1", "an empty method", request(asking_as(":method", "")), malformed},
        {"8.3.1", "a method that nobody knows", request(asking_as(":method", "BREW")), "405 or 501"},
        {"8.5", "CONNECT", request({{":method", "CONNECT"}, {":authority", "other:443"}}),
         "501 or 405 or RST_STREAM PROTOCOL_ERROR or 400"},
        {"8.5", "CONNECT with a path", request(asking_as(":method", "CONNECT")),
         "501 or 405 or RST_STREAM PROTOCOL_ERROR or 400"},
        {"RFC 8441, 4", "extended CONNECT, which we do not offer",
         request({{":method", "CONNECT"},
                  {":protocol", "websocket"},
                  {":scheme", "http"},
                  {":path", "/"},
                  {":authority", "localhost"}}),
         "RST_STREAM PROTOCOL_ERROR or 501 or 405 or 400"},
    };
}

rows bodies()
{
    auto const sized = [](std::string const& size) { return post({{"content-length", size}}); };
    return {
        {"8.1", "trailers",
         post() + frame(data, 0, 1, "x") +
             frame(headers, end_headers | end_stream, 1, literals({{"a", "b"}})),
         "200"},
        {"8.1", "trailers that do not end the stream",
         post() + frame(data, 0, 1, "x") + frame(headers, end_headers, 1, literals({{"a", "b"}})), malformed},
        {"8.1", "a body behind the trailers",
         post() + frame(headers, end_headers | end_stream, 1, literals({{"a", "b"}})) + body("x"),
         "RST_STREAM STREAM_CLOSED or GOAWAY STREAM_CLOSED or 200"},
        {"8.1", "an upper case name in the trailers",
         post() + frame(headers, end_headers | end_stream, 1, literals({{"A", "b"}})), malformed},
        {"8.1.1", "a body as long as it says", sized("4") + frame(data, 0, 1, "ab") + body("cd"), "200"},
        {"8.1.1", "a body shorter than it says", sized("4") + body("abc"), malformed},
        {"8.1.1", "a body longer than it says", sized("4") + body("abcde"), malformed},
        {"8.1.1", "a body in pieces, longer than it says", sized("4") + frame(data, 0, 1, "abc") + body("de"),
         malformed},
        {"8.1.1", "a length, and no body", request(asking_with({{"content-length", "4"}})), malformed},
        {"8.1.1", "a length of 0, and no body", request(asking_with({{"content-length", "0"}})), "200"},
        {"8.1.1", "a length, and trailers alone",
         sized("4") + frame(headers, end_headers | end_stream, 1, literals({{"a", "b"}})), malformed},
        {"8.1.1", "two lengths", post({{"content-length", "1"}, {"content-length", "2"}}) + body("x"),
         malformed},
        {"8.1.1", "a length that is no number", sized("x") + body("x"), malformed},
        {"8.1.1", "a negative length", sized("-1") + body("x"), malformed},
        {"8.1.1", "a length beyond all numbers", sized("99999999999999999999") + body("x"), malformed},
        {"8.1.1", "padding is not of the body",
         sized("3") + frame(data, padded | end_stream, 1, "\x03xyz..."), "200"},
        {"8.1", "a body that is longer than is taken",
         post({{"content-length", "100000"}}) + frame(data, 0, 1, "x"), "413"},
        {"RFC 9110, 10.1.1", "an expectation that nobody knows", request(asking_with({{"expect", "more"}})),
         "417"},
        {"RFC 9110, 10.1.1", "100-continue, and the body at once",
         post({{"expect", "100-continue"}}) + body("x"), "200"},
    };
}

rows compression()
{
    std::string const all = literals(fields_of());
    std::string const get_method = "\x82"; // of the static table, as what follows
    std::string const scheme_http = "\x86";
    std::string const path_root = "\x84";
    std::string const known = get_method + scheme_http + path_root;
    std::string const authority = std::string("\x01", 1) + text("localhost");
    std::string const kept =
        std::string("\x41").append(text("localhost")); // an authority, put into the table
    auto const with_host = [&](std::string const& coded) {
        return block(known + std::string("\x01", 1) + coded);
    };
    constexpr char const* broken = "GOAWAY COMPRESSION_ERROR";
    return {
        {"RFC 7541, 6.1", "fields of the static table", block(known + authority), "200"},
        {"RFC 7541, 6.1", "the index 0", block(known + authority + "\x80"), broken},
        {"RFC 7541, 6.1", "an index beyond both tables", block(known + authority + "\xBE"), broken},
        {"RFC 7541, 6.1", "a huge index", block(known + authority + integer(0x80, 7, 0x0FFF'FFFF)), broken},
        {"RFC 7541, 6.2.1", "a name beyond both tables", block(known + authority + "\x7E" + text("x")),
         broken},
        {"RFC 7541, 6.2.1", "a field that was put into the table",
         block(known + kept) + frame(headers, end_headers | end_stream, 3, known + "\xBE"), "200"},
        {"RFC 7541, 6.2.3", "a field that is never indexed", block(known + "\x11" + text("localhost")),
         "200"},
        {"RFC 7541, 5.1", "an integer without an end",
         block(known + authority + "\xFF" + std::string(10, '\xFF') + "\x01"), broken},
        {"RFC 7541, 5.1", "an integer that the block cuts off", block(known + authority + "\xFF\x80"),
         broken},
        {"RFC 7541, 5.1", "an integer with zeros in front",
         block(known + std::string("\x01", 1) + "\x7F\x80\x80" + std::string(1, '\0') +
               std::string(127, 'a')),
         "200"},
        {"RFC 7541, 5.2", "a text that the block cuts off",
         block(known + std::string("\x01", 1) +
               "\x20"
               "localhost"),
         broken},
        {"RFC 7541, 5.2", "a text without a byte left", block(known + std::string("\x01", 1)), broken},
        {"RFC 7541, 5.2", "Huffman", with_host("\x8C\xF1\xE3\xC2\xE5\xF2\x3A\x6B\xA0\xAB\x90\xF4\xFF"),
         "200"},
        {"RFC 7541, 5.2", "Huffman padded with zeros", with_host(std::string("\x81\x18", 2)), broken},
        {"RFC 7541, 5.2", "Huffman padded by a whole byte", with_host("\x82\x1F\xFF"), broken},
        {"RFC 7541, 5.2", "the end of Huffman as a letter", with_host("\x84\xFF\xFF\xFF\xFF"), broken},
        {"RFC 7541, 4.2", "a smaller table", block(std::string("\x20", 1) + known + authority), "200"},
        {"RFC 7541, 4.2", "smaller, then larger again", block("\x20\x3F\xE1\x1F" + known + authority), "200"},
        {"RFC 7541, 4.2", "a table larger than we allow", block("\x3F\xE2\x1F" + known + authority), broken},
        {"RFC 7541, 4.2", "a huge table", block(integer(0x20, 5, 0x7FFF'FFFF) + known + authority), broken},
        {"RFC 7541, 4.2", "another size behind a field", block(known + authority + "\x20"), broken},
        {"RFC 7541, 4.4", "a field that was pushed out of the table",
         block(known + kept) +
             frame(headers, end_headers | end_stream, 3, std::string("\x20", 1) + known + "\xBE"),
         broken},
        {"RFC 7541, 4.4", "a field that is larger than the table",
         block(known + authority + "\x40" + text("a") + text(std::string(5000, 'x'))), "200 or 431"},
        {"4.3", "a block that breaks off within a field", block(all.substr(0, all.size() - 1)), broken},
        {"4.3", "blocks of two streams share one table",
         block(known + kept) + frame(headers, end_headers | end_stream, 3, known + "\xBE") +
             frame(headers, end_headers | end_stream, 5, known + "\xBF"),
         broken},
    };
}

// Each many times more than a client has reason to.
rows floods()
{
    auto const stream = [](std::uint32_t i) { return 2 * i + 1; };
    field_list many = fields_of();
    for (int i = 0; i != 500; ++i)
        many.emplace_back("cookie", "a=" + std::to_string(i));
    constexpr char const* calm = "GOAWAY ENHANCE_YOUR_CALM";
    return {
        {"10.5", "streams opened and reset (CVE-2023-44487)",
         repeat(2000, [&](auto i) { return watch(stream(i)) + reset(stream(i)); }), calm},
        {"10.5", "streams that we are made to reset (CVE-2025-8671)",
         repeat(2000, [&](auto i) { return watch(stream(i)) + widen(stream(i), 0); }),
         "GOAWAY ENHANCE_YOUR_CALM or GOAWAY PROTOCOL_ERROR"},
        {"10.5", "streams that we are made to reset by a window beyond the largest",
         repeat(2000, [&](auto i) { return watch(stream(i)) + widen(stream(i), 0x7FFF'FFFF); }),
         "GOAWAY ENHANCE_YOUR_CALM or GOAWAY PROTOCOL_ERROR"},
        {"10.5", "malformed requests",
         repeat(2000, [&](auto i) { return request({{":method", "GET"}}, stream(i)); }),
         "GOAWAY ENHANCE_YOUR_CALM or GOAWAY PROTOCOL_ERROR"},
        {"10.5", "streams beyond those that are allowed",
         repeat(2000, [&](auto i) { return watch(stream(i)); }),
         "GOAWAY ENHANCE_YOUR_CALM or GOAWAY PROTOCOL_ERROR"},
        {"10.5", "pings", repeat(4000, [](auto) { return frame(ping, 0, 0, "12345678"); }),
         "GOAWAY ENHANCE_YOUR_CALM or closed"},
        {"10.5", "settings", repeat(4000, [](auto) { return settings_of({{4, 70'000}}); }),
         "GOAWAY ENHANCE_YOUR_CALM or closed"},
        {"10.5", "settings of many entries",
         frame(settings, 0, 0, repeat(2000, [](auto) { return number_16(0x7777) + number(1); })),
         "GOAWAY ENHANCE_YOUR_CALM or GOAWAY PROTOCOL_ERROR or closed"},
        {"10.5", "empty DATA", post() + repeat(4000, [](auto) { return frame(data, 0, 1); }), calm},
        {"10.5", "DATA of padding alone",
         post() + repeat(4000, [](auto) { return frame(data, padded, 1, std::string("\x01.", 2)); }), calm},
        {"10.5", "PRIORITY", repeat(4000, [](auto) { return frame(priority, 0, 1, number(0) + "x"); }),
         "GOAWAY ENHANCE_YOUR_CALM or quiet"},
        {"10.5", "WINDOW_UPDATE of a byte", watch() + repeat(4000, [](auto) { return widen(1, 1); }),
         "GOAWAY ENHANCE_YOUR_CALM or quiet"},
        {"10.5", "frames that nobody knows", repeat(4000, [](auto) { return frame(0x77, 0, 0); }),
         "GOAWAY ENHANCE_YOUR_CALM or quiet"},
        {"10.5", "empty CONTINUATION (CVE-2024-28182)",
         frame(headers, end_stream, 1, literals(fields_of())) +
             repeat(4000, [](auto) { return frame(continuation, 0, 1); }),
         "GOAWAY ENHANCE_YOUR_CALM or GOAWAY PROTOCOL_ERROR or GOAWAY INTERNAL_ERROR or closed"},
        {"10.5.1", "a long list of fields", block(literals(asking_with({{"a", std::string(10'000, 'x')}}))),
         "431 or RST_STREAM ENHANCE_YOUR_CALM"},
        {"10.5.1", "a list of fields of 112 KB",
         frame(headers, end_stream, 1, literals(fields_of())) +
             repeat(7,
                    [](auto) {
                        return frame(continuation, 0, 1, literals({{"a", std::string(16'000, 'x')}}));
                    }) +
             frame(continuation, end_headers, 1),
         "GOAWAY ENHANCE_YOUR_CALM or GOAWAY COMPRESSION_ERROR or 431 or closed"},
        {"10.5.1", "a list that is long once it is unpacked",
         block("\x82\x86\x84\x01" + text("localhost") + "\x40" + text("a") + text(std::string(4000, 'x')) +
               repeat(1000, [](auto) { return std::string("\xBE"); })),
         "431 or RST_STREAM ENHANCE_YOUR_CALM or GOAWAY COMPRESSION_ERROR"},
        {"8.2.3", "a cookie in many crumbs", request(many), "200 or 431"},
    };
}

} // namespace

std::vector<violation> const& violations()
{
    static std::vector<violation> const all = [] {
        std::vector<violation> joined;
        for (auto const& part : {handshake(), sizes(), states(), frames(), settings_rows(), fields(),
                                 bodies(), compression(), floods()})
            joined.insert(joined.end(), part.begin(), part.end());
        return joined;
    }();
    return all;
}

} // namespace tidings::test
