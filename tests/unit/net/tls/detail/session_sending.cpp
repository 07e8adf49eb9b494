// SPDX-License-Identifier: BSL-1.0
#include "unit/net/tls/tls_pair.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace asio = boost::asio;
using tidings::test::example_credentials;
using tidings::test::tls_home;
using tidings::test::tls_pair;

// Events that are due together cost one record, and one system call.
TEST_CASE("pieces of one send leave in one record")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.exchange();
    auto const sends = both.wire.sends;
    auto const records = both.client->records();
    std::array const pieces{asio::const_buffer("one ", 4), asio::const_buffer("two ", 4),
                            asio::const_buffer("three", 5)};
    CHECK(both.session->send(pieces).count == 13);
    both.exchange();
    CHECK(both.at_client == "one two three");
    CHECK(both.client->records() == records + 1);
    CHECK(both.wire.sends == sends + 1);
}

// A fan-out is encrypted for all before anything is sent: what was encrypted leaves with the turn.
TEST_CASE("what many sessions send leaves behind the encryption of all")
{
    tls_home home;
    std::vector<std::unique_ptr<tls_pair>> many;
    for (int i = 0; i != 5; ++i) {
        many.push_back(std::make_unique<tls_pair>(home, example_credentials()));
        many.back()->exchange();
    }
    for (auto const& each : many) {
        CHECK(each->send("news") == 4);
        CHECK(each->wire.output.empty());
    }
    home.turn();
    for (auto const& each : many) {
        CHECK_FALSE(each->wire.output.empty());
        each->exchange();
        CHECK(each->at_client == "news");
    }
}

// A text larger than a record leaves at once where there is room.
TEST_CASE("a large text is sent in records")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.exchange();
    std::string const text(100'000, 'x');
    CHECK(both.send(text) == text.size());
    both.exchange();
    CHECK(both.at_client == text);
}

// One record at most waits as ciphertext; what is not encrypted yet is still the sender's, to be dropped or
// sent.
TEST_CASE("nothing more is encrypted while a record waits for room")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.exchange();
    both.wire.room = 20'000;
    std::string const text(100'000, 'x');
    auto const taken = both.send(text);
    CHECK(taken == 2 * tidings::detail::send_run::record_size);
    CHECK(both.session->unsent() > 0);
    CHECK(both.session->unsent() < 17 * 1024);
    CHECK(both.wire.is_awaited);
    CHECK(both.send("more") == 0);

    both.wire.is_awaited = false;
    both.wire.room = 1000; // some of the record, not all
    both.session->on_writable();
    CHECK(both.wire.is_awaited);
    CHECK(both.send("more") == 0);

    both.wire.room = SIZE_MAX;
    both.session->on_writable();
    CHECK(both.session->unsent() == 0);
    CHECK(both.send("end") == 3);
    both.exchange();
    CHECK(both.at_client == text.substr(0, taken) + "end");
}

// With no room at all it is the same: the record stays whole, and the next one waits for it.
TEST_CASE("a record that finds no room at the end of the turn is kept")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.exchange();
    both.wire.room = 0;
    CHECK(both.send("first") == 5);
    home.turn();
    CHECK(both.session->unsent() > 0);
    CHECK(both.send("second") == 0);
    both.wire.room = SIZE_MAX;
    both.session->on_writable();
    CHECK(both.send("second") == 6);
    both.exchange();
    CHECK(both.at_client == "firstsecond");
}

// A connection that broke while a run was sent is noticed by the next send.
TEST_CASE("a broken wire is told with the next send")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.exchange();
    both.wire.is_broken = true;
    CHECK(both.send("lost") == 4);
    home.turn();
    asio::const_buffer const piece("more", 4);
    CHECK(both.session->send({&piece, 1}).is_broken);
}

// The peer learns that the end is one, behind all that was sent before; a session that just goes says
// nothing.
TEST_CASE("an end is signed when it is meant")
{
    tls_home home;
    tls_pair both(home, example_credentials());
    both.exchange();
    both.wire.room = 0;
    CHECK(both.send("last words") == 10);
    both.session->close_notify();
    CHECK_FALSE(both.session->flush());
    both.wire.room = SIZE_MAX;
    both.session->on_writable();
    CHECK(both.session->flush());
    both.client->feed(both.wire.output);
    CHECK(both.client->read() == "last words");
    CHECK(both.client->has_end());

    tls_pair cut(home, example_credentials());
    cut.exchange();
    CHECK(cut.send("last words") == 10);
    cut.session.reset();
    cut.client->feed(cut.wire.output);
    CHECK(cut.client->read() == "last words"); // what was encrypted is sent all the same
    CHECK_FALSE(cut.client->has_end());
}
