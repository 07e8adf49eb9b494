// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/net/tls/tls_context.hpp>

#include "handlers.hpp"
#include "one_route.hpp"
#include "support/tls_connection.hpp"
#include "support/tls_credentials.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using asio::ip::tcp;
using Catch::Matchers::ContainsSubstring;
using tidings::tls_context;
using tidings::tls_options;
using tidings::test::server_fixture;

namespace {

made_certificate const& shown()
{
    static auto const made = make_certificate({.dns = {"localhost"}});
    return made;
}

tls_options encrypting()
{
    return {.certificates = {{.chain = shown().chain, .key = shown().key}}};
}

std::shared_ptr<tls_context> make_tls(tls_options const& options = encrypting())
{
    return std::make_shared<tls_context>(options);
}

tidings::server_options on_tls(std::shared_ptr<tls_context> const& by = make_tls())
{
    auto options = server_fixture::brisk();
    options.listen = {{.tls = by}};
    return options;
}

tls_client_options checking()
{
    return {.trusts = shown().chain, .asks_for = "localhost"};
}

asio::awaitable<tidings::response> answer_with_principal(tidings::context, tidings::request const& asked)
{
    co_return tidings::response::text(std::string(asked.principal()));
}

asio::awaitable<tidings::response> answer_at_length(tidings::context, tidings::request const&)
{
    co_return tidings::response::text(std::string(1'000'000, 'x'));
}

} // namespace

// Wherever in its first message the application has stopped reading. Nobody else keeps what encrypts.
TEST_CASE("a connection whose handshake is still to come is adopted, whatever was read from it")
{
    one_route fixture(send_one);
    asio::io_context io;
    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    std::size_t const hello = tls_client(checking()).take().size();
    std::jthread const adopting([&] {
        for (std::size_t read = 0; read <= hello; ++read) {
            tcp::socket accepted = acceptor.accept();
            std::string already_read(read, '\0');
            asio::read(accepted, asio::buffer(already_read));
            fixture.routes().adopt(std::move(accepted), std::move(already_read), {.tls = make_tls()});
        }
    });
    for (std::size_t read = 0; read <= hello; ++read) {
        tls_connection client(acceptor.local_endpoint().port(), checking());
        client.get("/", "Connection: close\r\n");
        INFO("read before: " << read << " of " << hello);
        CHECK_THAT(client.read_to_end(), ContainsSubstring("data: one\n\n"));
    }
}

// A stream over TLS is what it is without: head, events, and an end that is signed.
TEST_CASE("an event stream over TLS")
{
    one_route server(send_one, on_tls());
    tls_connection client(server.port(), checking());
    REQUIRE(client.failure().empty());
    client.get("/", "Connection: close\r\n");
    CHECK_THAT(client.read_until("\r\n\r\n"), ContainsSubstring("HTTP/1.1 200 OK"));
    auto const body = client.read_to_end();
    CHECK_THAT(body, ContainsSubstring("data: one\n\n"));
    CHECK(body.ends_with("0\r\n\r\n"));
    CHECK(client.session().has_end());
    CHECK(server.wait_for_stats(nothing_is_left));
}

// Requests follow each other on one connection, with bodies both ways, large ones too.
TEST_CASE("requests over TLS follow each other")
{
    server_fixture server(on_tls());
    server.routes().post("/echo", echo);
    server.routes().get("/long", answer_at_length);
    server.start();
    tls_connection client(server.port(), checking());
    std::string const body(200'000, 'b');
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n" + body);
    (void)client.read_until("\r\n\r\n");
    CHECK(client.read_until("b" + std::string()).size() == 1);
    CHECK(client.read_until(body.substr(1)).size() == body.size() - 1);
    client.get("/long", "Connection: close\r\n");
    (void)client.read_until("\r\n\r\n");
    CHECK(client.read_to_end().size() == 1'000'000);
    CHECK(client.session().has_end());
}

// Many streams of one topic get each event, whatever else they share while it is encrypted.
TEST_CASE("a topic over TLS")
{
    tidings::topic news;
    one_route server(std::bind_front(hand_over, std::ref(news)), on_tls());
    std::vector<std::unique_ptr<tls_connection>> clients;
    for (int i = 0; i != 100; ++i) {
        clients.push_back(std::make_unique<tls_connection>(server.port(), checking()));
        clients.back()->get("/");
        (void)clients.back()->read_until("\r\n\r\n");
    }
    CHECK(server.wait_for_stats([](auto const& now) { return now.streams == 100 && now.handlers == 0; }));
    for (int i = 0; i != 3; ++i)
        news.publish({.data = std::to_string(i)});
    for (auto const& each : clients)
        for (int i = 0; i != 3; ++i)
            (void)each->read_until("data: " + std::to_string(i) + "\n\n");
}

// A client that signs the end of what it sends has half-closed; one that just goes is gone, and ends its
// handler.
TEST_CASE("ends of clients over TLS")
{
    one_route server(say_farewell, on_tls());
    tls_connection half(server.port(), checking());
    half.get("/");
    (void)half.read_until("hello");
    half.close_notify();
    CHECK(server.wait_for_stats([](auto const& now) { return now.handlers == 1; }));

    tls_connection gone(server.port(), checking());
    gone.get("/");
    (void)gone.read_until("hello");
    gone.close();
    CHECK(server.wait_for_stats([](auto const& now) { return now.clients_gone == 1; }));
    half.close();
    CHECK(server.wait_for_stats(nothing_is_left));
}

// A client that has signed its end behind its request gets a signed end too, behind a stream as behind an
// idle time.
TEST_CASE("ends over TLS are signed")
{
    auto options = on_tls();
    options.idle_timeout = 50ms;
    one_route server(send_one, options);
    tls_connection half(server.port(), checking());
    half.get("/");
    half.close_notify();
    CHECK_THAT(half.read_to_end(), ContainsSubstring("data: one"));
    CHECK(half.session().has_end());

    tls_connection idle(server.port(), checking());
    idle.get("/");
    CHECK_THAT(idle.read_to_end(), ContainsSubstring("data: one"));
    CHECK(idle.session().has_end());
    CHECK(server.wait_for_stats(nothing_is_left));
}

// A drain says farewell over TLS and signs the end; who is in the middle of a handshake is let go at once.
TEST_CASE("a server that speaks TLS drains")
{
    one_route server(say_farewell, on_tls());
    tls_connection client(server.port(), checking());
    client.get("/");
    (void)client.read_until("hello");
    auto silent = server.connect(); // has sent a part of its hello
    silent.send(tls_client().take().substr(0, 50));
    CHECK(server.wait_for_stats([](auto const& now) { return now.connections == 2; }));
    server.stop();
    CHECK_THAT(client.read_to_end(), ContainsSubstring("server stopping"));
    CHECK(client.session().has_end());
    CHECK(server.stats().connections == 0);
}

// A client that never finishes its handshake has the time for a head, and no more.
TEST_CASE("a handshake has a deadline")
{
    auto options = on_tls();
    options.head_timeout = 50ms;
    one_route server(send_one, options);
    auto silent = server.connect();
    silent.send(tls_client().take().substr(0, 50));
    CHECK(silent.wait_for_end() == tidings::testing::client::ending::closed);
    CHECK(server.wait_for_stats(nothing_is_left));
}

// Who sends plain HTTP to an encrypted port is told so in a text that it can show.
TEST_CASE("plain HTTP on a port that speaks TLS")
{
    one_route server(send_one, on_tls());
    auto client = server.connect();
    client.get("/");
    auto const head = client.read_head();
    CHECK(head.status() == 400);
    CHECK_THAT(client.read_body(), ContainsSubstring("https"));
    CHECK(server.wait_for_log("plain HTTP"));
    CHECK(server.wait_for_stats(nothing_is_left));
}

// Who speaks TLS to a plain port cannot read an answer; the log says what is wrong.
TEST_CASE("TLS on a port that speaks plain HTTP")
{
    one_route server(send_one);
    tls_connection client(server.port());
    CHECK_FALSE(client.session().is_established());
    CHECK(server.wait_for_log("TLS"));
    CHECK(server.wait_for_stats(nothing_is_left));
}

// A handshake that fails is one line in the log, and leaves nothing.
TEST_CASE("a handshake that fails is logged")
{
    one_route server(send_one, on_tls());
    auto client = server.connect();
    client.send("xxxxx"); // as long as the head of a record, of which nothing stays unread
    CHECK(client.wait_for_end() == tidings::testing::client::ending::closed);
    CHECK(server.wait_for_log("no TLS session with 127.0.0.1: "));
    CHECK(server.wait_for_stats(nothing_is_left));
}

// Plain and encrypted endpoints stand beside each other, on several loops; a session is resumed on whichever
// comes.
TEST_CASE("plain and encrypted ports beside each other")
{
    auto options = server_fixture::brisk();
    options.listen = {{.tls = make_tls()}, {}};
    options.loops = 2;
    one_route server(send_one, options);
    tls_connection first(server.port(), checking());
    first.get("/");
    (void)first.read_until("data: one\n\n");
    for (int i = 0; i != 4; ++i) {
        tls_connection again(server.port(), checking(), &first.session());
        CHECK(again.session().is_resumed());
        again.get("/");
        (void)again.read_until("data: one\n\n");
    }
}

// The subject of a client's certificate is its principal, if that was asked for.
TEST_CASE("the subject of a client's certificate is its principal")
{
    auto const authority = make_certificate({.common_name = "authority", .is_authority = true});
    auto const sensor = make_certificate({.common_name = "sensor 7"}, authority);
    auto options = encrypting();
    options.client_certificates = tidings::tls_client_certificates::optional;
    options.client_ca = authority.chain;
    for (bool const is_principal : {true, false}) {
        options.subject_is_principal = is_principal;
        server_fixture server(on_tls(make_tls(options)));
        server.routes().get("/", answer_with_principal);
        server.start();
        tls_connection known(server.port(), {.shows = sensor});
        known.get("/", "Connection: close\r\n");
        CHECK(known.read_to_end().ends_with(is_principal ? "\r\n\r\nCN=sensor 7" : "\r\n\r\n"));
        tls_connection nameless(server.port());
        nameless.get("/", "Connection: close\r\n");
        CHECK(nameless.read_to_end().ends_with("\r\n\r\n"));
    }
}

// What a person should know of the certificates is said when the server starts.
TEST_CASE("an expired certificate is logged")
{
    auto const old = make_certificate({.dns = {"localhost"}, .begins = -48h, .ends = -1h});
    one_route server(send_one, on_tls(make_tls({.certificates = {{.chain = old.chain, .key = old.key}}})));
    CHECK(server.wait_for_log("has expired"));
    tls_connection client(server.port());
    client.get("/");
    CHECK_THAT(client.read_until("one\n\n"), ContainsSubstring("data: one"));
}

// Certificates are replaced under open streams, again and again, and these go on.
TEST_CASE("certificates are reloaded under open streams")
{
    tidings::topic news;
    auto const tls = make_tls();
    one_route server(std::bind_front(hand_over, std::ref(news)), on_tls(tls));
    tls_connection client(server.port(), checking());
    client.get("/");
    (void)client.read_until("\r\n\r\n");
    CHECK(server.wait_for_stats([](auto const& now) { return now.streams == 1 && now.handlers == 0; }));
    for (int i = 0; i != 20; ++i) {
        auto const next = make_certificate({.dns = {"next" + std::to_string(i)}});
        tls->reload({{.chain = next.chain, .key = next.key}});
        news.publish({.data = std::to_string(i)});
        (void)client.read_until("data: " + std::to_string(i) + "\n\n");
    }
    tls_connection later(server.port());
    CHECK(later.session().server_name() == "next19");
}

// A client that reads nothing is cut by its queue, as over plain HTTP, and costs others nothing.
TEST_CASE("a slow reader over TLS is cut")
{
    tidings::topic news;
    auto options = on_tls();
    options.queue_bytes = 64 * 1024;
    one_route server(std::bind_front(hand_over, std::ref(news)), options);
    tls_connection slow(server.port(), checking());
    slow.get("/");
    (void)slow.read_until("\r\n\r\n");
    CHECK(server.wait_for_stats([](auto const& now) { return now.streams == 1 && now.handlers == 0; }));
    std::string const text(100'000, 'x');
    auto const is_cut = [&] { return server.stats().streams == 0; };
    for (int i = 0; i != 1000 && !is_cut(); ++i)
        news.publish({.data = text});
    CHECK(server.wait_for_stats(nothing_is_left));
    slow.close();
}
