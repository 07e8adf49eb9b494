// SPDX-License-Identifier: BSL-1.0
// An upstream that is read beside a ticker.
#include <tidings/wait/bind.hpp>
#include <tidings/wait/operation.hpp>
#include <tidings/wait/select.hpp>

#include "one_route.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using asio::ip::tcp;

namespace {

// [relay]
auto read_line(tcp::socket& from, std::string& into)
{
    return asio::async_read_until(from, asio::dynamic_buffer(into), '\n', asio::deferred);
}

asio::awaitable<void> relay_lines(tcp::endpoint where, tidings::duration ping_interval, tidings::context ctx,
                                  tidings::request const&, tidings::event_stream& out)
{
    tcp::socket upstream(ctx.get_executor());
    co_await upstream.async_connect(where, tidings::bind(ctx, asio::deferred));

    tidings::operation line(ctx, read_line, std::move(upstream), std::string());
    tidings::ticker pings(ping_interval);
    while (auto next = co_await tidings::select(ctx, line, pings)) {
        auto* read = next.from(line);
        if (!read) {
            co_await out.send({.type = "ping", .data = ""});
            continue;
        }
        if (read->error)
            break; // the upstream has come to its end
        auto& buffer = line.get<std::string>();
        co_await out.send({.data = std::string_view(buffer).substr(0, read->value - 1)});
        buffer.erase(0, read->value);
    }
}
// [/relay]

constexpr auto ping_interval = 5ms;

/// A server on a port of its own that does what the test says.
class upstream
{
public:
    tcp::endpoint address() const { return acceptor_.local_endpoint(); }
    void accept() { acceptor_.accept(peer_); }
    void write(std::string_view text) { asio::write(peer_, asio::buffer(text)); }
    void close() { peer_.close(); }

    /// Waits until the other side has closed.
    bool sees_the_end()
    {
        boost::system::error_code error;
        char byte = 0;
        asio::read(peer_, asio::buffer(&byte, 1), error);
        return error == asio::error::eof || error == asio::error::connection_reset;
    }

private:
    asio::io_context io_;
    tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    tcp::socket peer_{io_};
};

void read_pings(tidings::testing::client& from, int count)
{
    for (int i = 0; i < count; ++i) {
        auto const event = from.next_event();
        REQUIRE(event);
        CHECK(event->type() == "ping");
    }
}

std::string next_line(tidings::testing::client& from)
{
    for (;;) {
        auto const event = from.next_event();
        if (!event)
            return "the end";
        if (event->type() == "message")
            return std::string(event->data());
    }
}

} // namespace

// Pings go out while the upstream is silent, also in the middle of a line; no byte is lost to them.
TEST_CASE("an upstream is read beside a ticker")
{
    upstream model;
    one_route server(std::bind_front(relay_lines, model.address(), ping_interval));
    auto client = ask(server);
    model.accept();
    read_pings(client, 3);
    model.write("he");
    read_pings(client, 3);
    model.write("llo\nand ");
    CHECK(next_line(client) == "hello");
    read_pings(client, 3);
    model.write("again\nlast\n");
    CHECK(next_line(client) == "and again");
    CHECK(next_line(client) == "last");
    model.close();
    CHECK(next_line(client) == "the end");
    CHECK(server.wait_for_stats(no_handler_is_left));
}

// A client that leaves ends the read that is under way, and with it the connection to the upstream.
TEST_CASE("an upstream sees the client leave in mid-read")
{
    upstream model;
    one_route server(std::bind_front(relay_lines, model.address(), ping_interval));
    auto client = ask(server);
    model.accept();
    model.write("half a li");
    read_pings(client, 1);
    client.close();
    CHECK(model.sees_the_end());
    CHECK(server.wait_for_stats(nothing_is_left));
}

// So does a server that stops.
TEST_CASE("an upstream sees the server stop in mid-read")
{
    upstream model;
    one_route server(std::bind_front(relay_lines, model.address(), ping_interval));
    auto client = ask(server);
    model.accept();
    read_pings(client, 1);
    server.stop();
    CHECK(model.sees_the_end());
}
