// SPDX-License-Identifier: BSL-1.0
#include "unit/net/tls/tls_pair.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

using Catch::Matchers::ContainsSubstring;
using tidings::internal::receive_result;
using tidings::test::example_credentials;
using tidings::test::tls_home;
using tidings::test::tls_pair;

// Both sides read what the other has written, and the session says nothing before its peer.
TEST_CASE("a session carries text both ways")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.exchange();
    REQUIRE(both.session->is_established());
    CHECK(both.client->version() == "TLSv1.3");
    both.client->write("GET / HTTP/1.1\r\n\r\n");
    CHECK(both.send("HTTP/1.1 200 OK\r\n\r\n") == 19);
    both.exchange();
    CHECK(both.received == "GET / HTTP/1.1\r\n\r\n");
    CHECK(both.at_client == "HTTP/1.1 200 OK\r\n\r\n");
    CHECK(both.last.what == receive_result::nothing);
}

// Bytes may come one by one, as they may be cut anywhere on their way.
TEST_CASE("a session reads records that come in pieces")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    while (!both.session->is_established()) {
        for (char const each : both.client->take()) {
            both.wire.input += each;
            CHECK(both.receive().what == receive_result::nothing);
        }
        home.turn();
        CHECK(both.receive().what == receive_result::nothing); // it may have been held back
        home.turn();
        both.client->feed(std::exchange(both.wire.output, {}));
    }
    both.client->write("in pieces");
    for (char const each : both.client->take()) {
        both.wire.input += each;
        (void)both.receive();
    }
    CHECK(both.received == "in pieces");
}

// More than the buffer holds is read in several calls, and nothing of it is forgotten.
TEST_CASE("a session fills the buffer it is given")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.exchange();
    std::string const text(100'000, 'x');
    both.client->write(text);
    both.wire.input = both.client->take();
    auto const first = both.receive();
    CHECK(first.count == 64 * 1024);
    CHECK(both.receive().count == text.size() - first.count);
    CHECK(both.receive().what == receive_result::nothing);
}

// A flood of small records has its turn, and then others have theirs.
TEST_CASE("only so many records are received at once")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.exchange();
    for (int i = 0; i != 100; ++i)
        both.client->write("x");
    both.wire.input = both.client->take();
    auto const first = both.receive();
    CHECK(first.count == 64);
    CHECK(first.has_more);
    auto const rest = both.receive();
    CHECK(rest.count == 36);
    CHECK_FALSE(rest.has_more);
}

// An end that the peer has signed is told from one that anybody could have made, by cutting the connection.
TEST_CASE("a close_notify is an end, and a cut is none")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.exchange();
    both.client->write("last");
    both.client->close_notify();
    both.wire.input = both.client->take();
    auto const got = both.receive();
    CHECK(got.what == receive_result::bytes);
    CHECK(got.has_more); // the reactor would not tell of the end
    CHECK(both.receive().what == receive_result::end);
    CHECK(both.send("an answer") == 9); // it has half-closed
    both.exchange();
    CHECK(both.at_client == "an answer");

    tls_pair cut(home, example_credentials());
    cut.exchange();
    cut.wire.ends_with = receive_result::end;
    CHECK(cut.receive().what == receive_result::broken);
    CHECK(cut.session->send({}).is_broken);
}

// A peer that the kernel has given up on is told from one that has left.
TEST_CASE("a session tells of a lost peer")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.exchange();
    both.wire.ends_with = receive_result::lost;
    CHECK(both.receive().what == receive_result::lost);
}

// Nothing behind a byte that was changed on its way is believed, and the peer is told so.
TEST_CASE("a record that was tampered with ends the session")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.exchange();
    both.client->write("attack at dawn");
    std::string changed = both.client->take();
    changed.back() ^= 1;
    both.wire.input = changed;
    CHECK(both.receive().what == receive_result::broken);
    CHECK(both.received.empty());
    CHECK(both.receive().what == receive_result::broken);
    home.turn();
    both.client->feed(both.wire.output);
    (void)both.client->read();
    CHECK_THAT(both.client->failure(), ContainsSubstring("bad record mac"));
}

// Who speaks plain HTTP can be told so, in words that it can read.
TEST_CASE("plain HTTP is recognised")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.wire.input = "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n";
    CHECK(both.receive().what == receive_result::refused);
    CHECK(both.session->has_met_plain_http());
    CHECK(both.session->refusal() == "the client sent plain HTTP");
    CHECK(both.receive().what == receive_result::refused);
}

// A handshake that fails says why; until it is done nothing can be sent in plain text by mistake.
TEST_CASE("a handshake that fails is refused with a reason")
{
    tls_home home;
    tls_pair noise(home, example_credentials());
    noise.wire.input = std::string(100, 'x');
    CHECK(noise.receive().what == receive_result::refused);
    CHECK_FALSE(noise.session->has_met_plain_http());
    CHECK_FALSE(noise.session->refusal().empty());
    boost::asio::const_buffer const secret("secret", 6);
    CHECK(noise.session->send({&secret, 1}).is_broken);
    noise.session->close_notify();
    noise.session.reset();
    CHECK(noise.wire.output.find("secret") == std::string::npos);

    tls_pair left(home, example_credentials());
    left.wire.input = left.client->take().substr(0, 20);
    CHECK(left.receive().what == receive_result::nothing);
    left.wire.ends_with = receive_result::end;
    CHECK(left.receive().what == receive_result::refused);
    CHECK_THAT(std::string(left.session->refusal()), ContainsSubstring("left in the middle"));
}

// One that had to give way is over, and its connection is told.
TEST_CASE("a handshake that gave way is refused")
{
    tls_home home;
    tls_pair first(home, example_credentials());
    tidings::test::memory_wire other;
    tidings::detail::session const second(example_credentials(), home.run, home.handshakes, 1, false, other);
    home.turn();
    CHECK(first.wire.told_to_receive == 1);
    CHECK(first.receive().what == receive_result::refused);
    CHECK_THAT(std::string(first.session->refusal()), ContainsSubstring("gave way"));
}

// A client may ask for new keys of both sides; it gets them, unless it asks and asks and never reads.
TEST_CASE("keys are renewed, at a bound")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.exchange();
    both.client->ask_for_new_keys();
    both.client->write("with new keys");
    both.exchange();
    CHECK(both.received == "with new keys");
    CHECK(both.send("likewise") == 8);
    both.exchange();
    CHECK(both.at_client == "likewise");

    both.wire.room = 0;
    receive_result got{receive_result::nothing};
    for (int i = 0; i != 10'000 && got.what == receive_result::nothing; ++i) {
        both.client->ask_for_new_keys();
        both.wire.input = both.client->take();
        got = both.receive();
        home.turn();
    }
    CHECK(got.what == receive_result::broken);
    CHECK(both.session->unsent() < 100 * 1024);
}

// Over TLS 1.2 a client could have the server compute keys again and again.
TEST_CASE("nothing is renegotiated")
{
    tls_home home;
    tls_pair both(home, example_credentials(), {.is_at_most_1_2 = true});
    both.exchange();
    REQUIRE(both.session->is_established());
    CHECK(both.client->version() == "TLSv1.2");
    CHECK_THAT(both.client->suite(), ContainsSubstring("ECDHE-ECDSA-"));
    if (both.client->renegotiate()) {
        both.exchange();
        CHECK_FALSE(both.client->failure().empty());
    }
}
