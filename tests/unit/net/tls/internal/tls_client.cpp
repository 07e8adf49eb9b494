// SPDX-License-Identifier: BSL-1.0
// The client's side of TLS against our server's: whom it believes, what it says of others, and bytes in any
// pieces.
#include <tidings/net/tls/internal/tls_client.hpp>

#include "../tls_pair.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;
using internal::make_tls_client;
using internal::tls_client_rules;

namespace {

/// An authority, whose certificate lies in a file.
struct authority
{
    explicit authority(std::string const& name)
        : own(make_certificate({.common_name = name, .is_authority = true})), file(folder.file("ca.pem"))
    {
        folder.write("ca.pem", own.chain);
    }
    tls_certificate sign(certificate_request const& what) const
    {
        auto const made = make_certificate(what, own);
        return {.chain = made.chain, .key = made.key};
    }
    scratch_folder folder;
    made_certificate own;
    std::string file;
};

/// Made once: keys take their time.
authority const& our_authority()
{
    static authority const made("our authority");
    return made;
}

/// The rules of a client that believes our authority alone.
tls_client_rules expecting(std::string host)
{
    return {.host = std::move(host), .ca_file = our_authority().file};
}

/// A client, and a server's session beside it.
struct client_and_server
{
    client_and_server(tls_client_rules rules, tls_options const& of_server)
        : client(make_tls_client(std::move(rules))),
          server(credentials_of(of_server), home.run, home.handshakes, 100, false, wire)
    {}
    client_and_server(tls_client_rules rules, tls_certificate const& of_server)
        : client_and_server(std::move(rules), tls_options{.certificates = {of_server}})
    {}

    /// Moves what both have to say, so many bytes at once, until they are silent or the client has failed.
    void exchange(std::size_t at_once = SIZE_MAX)
    {
        hear({});
        for (bool is_busy = true; is_busy;) {
            std::string const said = client->take_output();
            wire.input += said;
            receive();
            home.turn();
            std::string const answer = std::exchange(wire.output, {});
            for (std::string_view left = answer; !left.empty();
                 left.remove_prefix(std::min(at_once, left.size())))
                hear(left.substr(0, at_once));
            is_busy = fault.empty() && (!said.empty() || !answer.empty());
        }
        wire.input += client->take_output();
        receive();
    }
    void hear(std::string_view bytes)
    {
        try {
            if (fault.empty())
                at_client += client->decrypt(bytes);
        } catch (std::runtime_error const& error) {
            fault = error.what();
        }
    }
    void receive()
    {
        std::string into(256 * 1024, '\0');
        auto const got = server.receive(into);
        if (got.what == internal::receive_result::bytes)
            at_server.append(into.data(), got.count);
    }
    void answer(std::string_view text)
    {
        while (!text.empty()) {
            boost::asio::const_buffer const piece(text.data(), text.size());
            text.remove_prefix(server.send({&piece, 1}).count);
            server.flush();
        }
    }

    tls_home home;
    memory_wire wire;
    std::unique_ptr<internal::encrypted_client> client;
    detail::session server;
    std::string at_client;
    std::string at_server;
    std::string fault;
};

} // namespace

// However the bytes are cut, both sides get what the other one says; by each name and address of the peer.
TEST_CASE("an encrypted connection to a peer that is trusted")
{
    auto const shown = our_authority().sign(
        {.dns = {"engine.example", "*.nodes.example"}, .addresses = {"10.0.0.7", "::1"}});
    auto const host = GENERATE(as<std::string>(), "engine.example", "a.nodes.example", "10.0.0.7", "::1");
    auto const at_once = GENERATE(as<std::size_t>(), 1, 1000, SIZE_MAX);
    client_and_server both(expecting(host), shown);
    CHECK_FALSE(both.client->is_established());
    both.exchange(at_once);
    REQUIRE(both.fault.empty());
    REQUIRE(both.client->is_established());
    std::string const question(100'000, 'q');
    std::string const answer(100'000, 'a');
    both.client->encrypt(question);
    both.exchange(at_once);
    CHECK(both.at_server == question);
    both.answer(answer);
    both.exchange(at_once);
    CHECK(both.at_client == answer);
}

// Each says why, and what to do; the peer is told by an alert.
TEST_CASE("peers that a client does not trust")
{
    struct fault
    {
        char const* host;
        certificate_request shown;
        char const* said;
    };
    auto const each = GENERATE(values<fault>({
        {"engine.example",
         {.dns = {"other.example"}},
         "is for DNS:other.example, and not for engine.example"},
        {"10.0.0.7", {.dns = {"engine.example"}, .addresses = {"10.0.0.8"}}, "IP Address:10.0.0.8"},
        {"a.b.example", {.dns = {"*.example"}}, "not for a.b.example"},
        {"engine.example", {.common_name = "engine.example"}, "no subjectAltName"},
        {"engine.example", {.dns = {"engine.example"}, .begins = -48h, .ends = -24h}, "has expired at"},
        {"engine.example", {.dns = {"engine.example"}, .begins = 24h, .ends = 48h}, "not valid before"},
    }));
    INFO(each.said);
    client_and_server both(expecting(each.host), our_authority().sign(each.shown));
    both.exchange();
    CHECK_FALSE(both.client->is_established());
    CHECK_THAT(both.fault, ContainsSubstring(each.said));
    CHECK_THAT(std::string(both.server.refusal()), ContainsSubstring("alert"));
}

TEST_CASE("an authority that a client does not know")
{
    authority const other("other authority");
    auto const shown = other.sign({.dns = {"engine.example"}});
    client_and_server by_file(expecting("engine.example"), shown);
    by_file.exchange();
    CHECK_THAT(by_file.fault, ContainsSubstring("signed by \"CN=other authority\"") &&
                                  ContainsSubstring(our_authority().file) && ContainsSubstring("as ca"));
    client_and_server by_system({.host = "engine.example"}, shown);
    by_system.exchange();
    CHECK_THAT(by_system.fault, ContainsSubstring("signed by \"CN=other authority\"") &&
                                    ContainsSubstring("the system's list of authorities"));
    client_and_server by_itself(expecting("engine.example"), certificate_for("engine.example"));
    by_itself.exchange();
    CHECK_THAT(by_itself.fault, ContainsSubstring("signed by \"CN=tidings test\""));
}

// A peer that demands a certificate gets it; without one, and with one of somebody else's, the client says
// so.
TEST_CASE("what a client shows")
{
    authority const other("other authority");
    scratch_folder const folder;
    tls_options const demanding{.certificates = {our_authority().sign({.dns = {"engine.example"}})},
                                .client_certificates = tls_client_certificates::required,
                                .client_ca = our_authority().own.chain};
    client_and_server without(expecting("engine.example"), demanding);
    without.exchange();
    CHECK_THAT(without.fault, ContainsSubstring("a client certificate") && ContainsSubstring("cert and key"));
    auto rules = expecting("engine.example");
    rules.chain_file = folder.file("cert.pem");
    rules.key_file = folder.file("key.pem");
    auto const show = [&](tls_certificate const& of) {
        folder.write("cert.pem", of.chain);
        folder.write("key.pem", of.key);
    };
    show(other.sign({.dns = {"node.example"}}));
    client_and_server strange(rules, demanding);
    strange.exchange();
    CHECK_THAT(strange.fault, ContainsSubstring("refuses") && ContainsSubstring(rules.chain_file));
    show(our_authority().sign({.common_name = "node 1"}));
    client_and_server known(rules, demanding);
    known.exchange();
    CHECK(known.fault.empty());
    CHECK(known.server.peer_subject() == "CN=node 1");
}

// What a Redis says on a port without TLS, and what nobody says.
TEST_CASE("a peer that does not speak TLS")
{
    auto const said = GENERATE(as<std::string>(), "-ERR unknown command\r\n", "HTTP/1.1 400 Bad Request\r\n");
    auto const client = make_tls_client(expecting("engine.example"));
    CHECK(client->decrypt({}).empty());
    CHECK_THAT(client->take_output(), Catch::Matchers::StartsWith("\x16\x03"));
    CHECK_THROWS_WITH(client->decrypt(said), ContainsSubstring("does not speak TLS"));
}

// A record that is not whole says nothing, and one that was changed ends the connection.
TEST_CASE("records that were cut or changed")
{
    auto const shown = our_authority().sign({.dns = {"engine.example"}});
    client_and_server both(expecting("engine.example"), shown);
    both.exchange();
    REQUIRE(both.client->is_established());
    both.answer("+OK\r\n");
    both.home.turn();
    std::string record = std::exchange(both.wire.output, {});
    REQUIRE(record.size() > 10);
    SECTION("cut")
    {
        CHECK(both.client->decrypt(record.substr(0, record.size() - 1)).empty());
        CHECK(both.client->decrypt(record.substr(record.size() - 1)) == "+OK\r\n");
    }
    SECTION("changed")
    {
        record[record.size() - 3] ^= 1;
        CHECK_THROWS_WITH(both.client->decrypt(record),
                          ContainsSubstring("the encrypted connection has failed"));
    }
}

TEST_CASE("files that a client cannot use")
{
    scratch_folder const folder;
    folder.write("empty.pem", "");
    folder.write("cert.pem", our_authority().own.chain);
    folder.write("key.pem", make_certificate({}).key);
    CHECK_THROWS_WITH(make_tls_client({.host = "a", .ca_file = folder.file("none.pem")}),
                      ContainsSubstring("none.pem: No such file"));
    CHECK_THROWS_WITH(make_tls_client({.host = "a", .ca_file = folder.file("key.pem")}),
                      ContainsSubstring("no certificate in PEM"));
    CHECK_THROWS_WITH(
        make_tls_client(
            {.host = "a", .chain_file = folder.file("cert.pem"), .key_file = folder.file("key.pem")}),
        ContainsSubstring("does not belong to the certificate"));
    CHECK_THROWS_WITH(make_tls_client({}), ContainsSubstring("not a name that a certificate can contain"));
}
