// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/tls_context.hpp>

#include "support/tls_client.hpp"
#include "support/tls_credentials.hpp"

#include <boost/asio/io_context.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using tidings::tls_certificate;
using tidings::tls_context;
using tidings::internal::encryption;
using tidings::internal::reactor;
using tidings::internal::receive_result;
using tidings::internal::stream_socket;
using tidings::test::make_certificate;
using tidings::test::tls_client;
using tidings::test::tls_client_options;

namespace {

tls_certificate shown_as(std::string const& name)
{
    auto const made = make_certificate({.dns = {name}});
    return {.chain = made.chain, .key = made.key};
}

/// A stream over a socket pair, and a client at the far end.
struct connected final : reactor::user
{
    connected(asio::io_context& io, encryption const& by, tls_client_options const& options = {},
              bool with_http2 = false)
        : sockets(std::make_shared<reactor>(io)), client(options)
    {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
        near = stream_socket(ends[0]);
        far = stream_socket(ends[1]);
        REQUIRE(sockets->add(near.descriptor(), *this));
        stream = by.secure(io, near, *sockets, *this, {}, with_http2);
    }
    ~connected()
    {
        sockets->stop();
        sockets->remove(near.descriptor(), *this);
        stream.reset();
    }
    connected(connected const&) = delete;
    connected& operator=(connected const&) = delete;

    void on_ready(tidings::internal::socket_readiness what) override
    {
        if (what.can_write)
            stream->on_writable();
        std::array<char, 4096> into{};
        for (auto got = stream->receive(into); got.what != receive_result::nothing;
             got = stream->receive(into)) {
            end = got.what;
            if (got.what != receive_result::bytes)
                return;
            received.append(into.data(), got.count);
        }
    }

    void exchange(asio::io_context& io)
    {
        for (int quiet = 0; quiet != 3; ++quiet) {
            std::string const said = client.take();
            asio::const_buffer const piece(said.data(), said.size());
            if (!said.empty())
                REQUIRE(far.send({&piece, 1}).count == said.size());
            io.restart();
            io.poll();
            std::array<char, 4096> into{};
            for (auto got = far.receive(into); got.what == receive_result::bytes; got = far.receive(into)) {
                client.feed({into.data(), got.count});
                quiet = 0;
            }
        }
    }

    std::shared_ptr<reactor> sockets;
    stream_socket near;
    stream_socket far;
    std::unique_ptr<tidings::internal::encrypted_stream> stream;
    tls_client client;
    std::string received;
    receive_result::kind end = receive_result::nothing;
};

} // namespace

// The whole way, over a socket that a reactor watches: handshake, text both ways, and a signed end.
TEST_CASE("a context encrypts what goes over a socket")
{
    asio::io_context io;
    tls_context const tls({.certificates = {shown_as("example.org")}});
    connected both(io, tls);
    both.exchange(io);
    REQUIRE(both.client.is_established());
    both.client.write("a request");
    both.exchange(io);
    CHECK(both.received == "a request");
    asio::const_buffer const answer("an answer", 9);
    CHECK(both.stream->send({&answer, 1}).count == 9);
    both.stream->end_sending();
    both.exchange(io);
    CHECK(both.client.read() == "an answer");
    CHECK(both.client.has_end());
    std::array<char, 10> into{};
    CHECK(both.far.receive(into).what == receive_result::end); // its side was shut too
}

// What is left over when a socket is full follows by itself, and the end behind it.
TEST_CASE("a context sends the rest when the socket can take it")
{
    asio::io_context io;
    tls_context const tls({.certificates = {shown_as("example.org")}});
    connected both(io, tls);
    both.exchange(io);
    std::string const text(1024 * 1024, 'x');
    asio::const_buffer const piece(text.data(), text.size());
    auto const taken = both.stream->send({&piece, 1}).count;
    CHECK(taken < text.size());
    both.stream->end_sending();
    both.exchange(io);
    CHECK(both.client.read() == text.substr(0, taken));
    CHECK(both.client.has_end());
}

/// Goes on with the socket of another user of the reactor, and sends what it has been given when it can.
struct successor final : reactor::user
{
    explicit successor(connected& from) : before(from), near(std::move(from.near))
    {
        before.sockets->remove(near.descriptor(), before);
        REQUIRE(before.sockets->add(near.descriptor(), *this));
        before.stream->belong_to(near, *this);
    }
    ~successor()
    {
        before.stream.reset();
        before.sockets->remove(near.descriptor(), *this);
    }
    successor(successor const&) = delete;
    successor& operator=(successor const&) = delete;

    void on_ready(tidings::internal::socket_readiness what) override
    {
        before.on_ready(what);
        if (what.can_write && !left.empty()) {
            asio::const_buffer const piece(left.data(), left.size());
            left.erase(0, before.stream->send({&piece, 1}).count);
            before.sockets->watch_writing(near.descriptor(), *this);
        }
    }

    connected& before;
    stream_socket near;
    std::string left;
};

// An endpoint that speaks HTTP/2 agrees to it, whichever of the context's certificates the client gets; the
// same context agrees to HTTP/1.1 alone on another endpoint.
TEST_CASE("a context agrees to HTTP/2 where the endpoint speaks it")
{
    asio::io_context io;
    tls_context const tls({.certificates = {shown_as("first.org"), shown_as("second.org")}});
    for (auto const* const name : {"first.org", "second.org"}) {
        tls_client_options const wanted{.asks_for = name, .protocols = {"h2", "http/1.1"}};
        connected with(io, tls, wanted, true);
        CHECK(with.stream->protocol().empty());
        with.exchange(io);
        CHECK(with.client.server_name() == name);
        CHECK(with.stream->protocol() == "h2");
        connected without(io, tls, wanted);
        without.exchange(io);
        CHECK(without.stream->protocol() == "http/1.1");
    }
}

// Another user of the reactor goes on with the session, on a socket that has moved: bytes both ways, more
// than the socket takes at once, and the end.
TEST_CASE("a stream goes on with another owner")
{
    asio::io_context io;
    tls_context const tls({.certificates = {shown_as("example.org")}});
    connected both(io, tls);
    both.exchange(io);
    successor after(both);
    both.client.write("to the new one");
    both.exchange(io);
    CHECK(both.received == "to the new one");
    std::string const text(1024 * 1024, 'x');
    after.left = text;
    both.sockets->watch_writing(after.near.descriptor(), after);
    std::string received;
    for (int i = 0; i != 1000 && !after.left.empty(); ++i) {
        both.exchange(io);
        received += both.client.read();
    }
    both.stream->end_sending();
    both.exchange(io);
    received += both.client.read();
    CHECK(received == text);
    CHECK(both.client.has_end());
}

// A new certificate is shown to those who come; those who are there notice nothing.
TEST_CASE("certificates are replaced while connections are open")
{
    asio::io_context io;
    tls_context tls({.certificates = {shown_as("old.org")}});
    connected before(io, tls);
    before.exchange(io);
    connected between(io, tls); // its handshake has yet to begin
    tls.reload({shown_as("new.org")});
    connected after(io, tls);
    for (auto* const each : {&before, &between, &after})
        each->exchange(io);
    CHECK(before.client.server_name() == "old.org");
    CHECK(between.client.server_name() == "old.org");
    CHECK(after.client.server_name() == "new.org");
    CHECK(tls.certificates().front().names.front() == "new.org");
    before.client.write("still here");
    before.exchange(io);
    CHECK(before.received == "still here");
}

// Whoever watches a server wants to know of the first one.
TEST_CASE("the certificate that expires first")
{
    auto const ends_in = [](std::chrono::hours time) {
        auto const made = make_certificate({.dns = {"a.org"}, .ends = time});
        return tls_certificate{.chain = made.chain, .key = made.key};
    };
    tls_context tls({.certificates = {ends_in(48h), ends_in(24h), ends_in(72h)}});
    encryption const& seen = tls;
    CHECK(seen.expires() == tls.certificates()[1].expires);
    tls.reload({ends_in(96h)});
    CHECK(seen.expires() == tls.certificates()[0].expires);
}

// What does not belong together changes nothing; the text says why, and what stays in force.
TEST_CASE("a reload that fails leaves the old certificate in force")
{
    tls_context tls({.certificates = {shown_as("old.org")}});
    auto const before = tls.certificates().front();
    auto wrong = shown_as("new.org");
    wrong.key = shown_as("other.org").key;
    try {
        tls.reload({wrong});
        FAIL("it was taken");
    } catch (std::runtime_error const& refused) {
        CHECK_THAT(refused.what(), ContainsSubstring("does not belong to the certificate"));
        CHECK_THAT(refused.what(), ContainsSubstring(before.fingerprint));
    }
    CHECK(tls.certificates().front().fingerprint == before.fingerprint);
    tls.reload(); // what was given last and taken
    CHECK(tls.certificates().front().fingerprint == before.fingerprint);
}

// Files are read again, as a program that renews certificates writes them.
TEST_CASE("a reload reads the files again")
{
    auto const path =
        std::filesystem::temp_directory_path() / ("tidings_reload_" + std::to_string(::getpid()) + ".pem");
    auto const write = [&](tls_certificate const& made) { std::ofstream(path) << made.chain << made.key; };
    write(shown_as("old.org"));
    tls_context tls({.certificates = {{.chain_file = path, .key_file = path}}});
    write(shown_as("new.org"));
    CHECK(tls.certificates().front().names.front() == "old.org");
    tls.reload();
    CHECK(tls.certificates().front().names.front() == "new.org");
    std::filesystem::remove(path);
    CHECK_THROWS_AS(tls.reload(), std::runtime_error);
    CHECK(tls.certificates().front().names.front() == "new.org");
}

// Secrets that could be guessed are refused in both places.
TEST_CASE("ticket secrets of a context are checked")
{
    CHECK_THROWS_AS(tls_context({.certificates = {shown_as("a.org")}, .ticket_secrets = {"short"}}),
                    std::invalid_argument);
    tls_context tls({.certificates = {shown_as("a.org")}});
    CHECK_THROWS_AS(tls.set_ticket_secrets({"short"}), std::invalid_argument);
    tls.set_ticket_secrets({std::string(32, 's')});
}
