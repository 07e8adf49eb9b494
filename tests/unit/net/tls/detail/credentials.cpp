// SPDX-License-Identifier: BSL-1.0
#include "unit/net/tls/tls_pair.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using tidings::tls_client_certificates;
using tidings::tls_options;
using tidings::test::certificate_for;
using tidings::test::credentials_of;
using tidings::test::make_certificate;
using tidings::test::tls_client_options;
using tidings::test::tls_home;
using tidings::test::tls_pair;

namespace {

// The name of the certificate that a client is shown which asks for `host`.
std::string shown_to(tls_home& home, std::shared_ptr<tidings::detail::credentials const> const& by,
                     std::string const& host)
{
    tls_pair both(home, by, {.asks_for = host});
    both.exchange();
    return both.client->server_name();
}

tls_options resumable(std::vector<std::string> secrets)
{
    static auto const shown = certificate_for("example.org");
    return {.certificates = {shown}, .ticket_secrets = std::move(secrets)};
}

bool is_resumed(tls_home& home, std::shared_ptr<tidings::detail::credentials const> const& by,
                tidings::test::tls_client const& earlier, tls_client_options const& options = {})
{
    tls_pair both(home, by, options, &earlier);
    both.exchange();
    return both.session->is_established() && both.client->is_resumed();
}

} // namespace

// Each name gets its certificate: exactly first, then by wildcard; who asks for none or another, the first.
TEST_CASE("a client is shown the certificate of the host that it asks for")
{
    tls_home home;
    auto const by =
        credentials_of({.certificates = {certificate_for("first.org"), certificate_for("*.second.org"),
                                         certificate_for("www.second.org")}});
    CHECK(shown_to(home, by, "first.org") == "first.org");
    CHECK(shown_to(home, by, "shop.second.org") == "*.second.org");
    CHECK(shown_to(home, by, "WWW.second.org") == "www.second.org");
    CHECK(shown_to(home, by, "second.org") == "first.org");
    CHECK(shown_to(home, by, "") == "first.org");
}

// A client that checks what it is shown is content: chain, name, and all.
TEST_CASE("a client that verifies the chain connects")
{
    tls_home home;
    auto const authority = make_certificate({.common_name = "authority", .is_authority = true});
    auto const own = make_certificate({.dns = {"example.org"}}, authority);
    auto const by = credentials_of({.certificates = {{.chain = own.chain, .key = own.key}}});
    tls_pair good(home, by, {.trusts = authority.chain, .asks_for = "example.org"});
    good.exchange();
    CHECK(good.session->is_established());
    CHECK(good.client->failure().empty());
    tls_pair bad(home, by, {.trusts = authority.chain, .asks_for = "other.org"});
    bad.exchange();
    CHECK_FALSE(bad.client->failure().empty());
}

// HTTP/2 is agreed to where the endpoint speaks it, whatever the client likes best; who wants only what is
// not spoken here is served without, and can be told so.
TEST_CASE("the protocol is agreed on")
{
    tls_home home;
    auto const by = credentials_of({.certificates = {certificate_for("example.org")}});
    auto const agreed = [&](bool with_http2, std::vector<std::string> wanted) {
        tls_pair both(home, by, {.protocols = std::move(wanted)}, nullptr, with_http2);
        CHECK(both.session->protocol().empty()); // nothing is agreed on yet
        both.exchange();
        CHECK(both.session->is_established());
        CHECK(both.client->protocol() == both.session->protocol());
        return both.client->protocol();
    };
    CHECK(agreed(true, {"http/1.1", "h2"}) == "h2");
    CHECK(agreed(true, {"http/1.1"}) == "http/1.1");
    CHECK(agreed(false, {"h2", "http/1.1"}) == "http/1.1");
    CHECK(agreed(false, {"h2"}).empty());
    CHECK(agreed(true, {"h3"}).empty());
    CHECK(agreed(true, {}).empty());
}

// Nodes that share secrets resume each other's sessions, also with an older secret; those that do not start
// anew.
TEST_CASE("sessions are resumed by tickets, by all who share their secrets")
{
    std::string const old(32, 'o');
    std::string const fresh(32, 'f');
    tls_home home;
    auto const here = credentials_of(resumable({old}));
    for (bool const is_1_2 : {false, true}) {
        tls_client_options const options{.is_at_most_1_2 = is_1_2};
        tls_pair first(home, here, options);
        first.exchange();
        CHECK_FALSE(first.client->is_resumed());
        CHECK(is_resumed(home, here, *first.client, options));
        CHECK(is_resumed(home, credentials_of(resumable({fresh, old})), *first.client, options));
        CHECK_FALSE(is_resumed(home, credentials_of(resumable({fresh})), *first.client, options));
        CHECK_FALSE(is_resumed(home, credentials_of(resumable({})), *first.client, options));
    }
}

// Each handshake brings a ticket, also one of a session that was resumed: clients of TLS 1.3 use each once.
TEST_CASE("a session that was resumed can be resumed again")
{
    tls_home home;
    auto const by = credentials_of(resumable({std::string(32, 's')}));
    tls_pair first(home, by);
    first.exchange();
    tls_pair second(home, by, {}, first.client.get());
    second.exchange();
    CHECK(second.client->is_resumed());
    CHECK(is_resumed(home, by, *second.client));
}

// Who is asked for a certificate shows one that the named authority has signed; its subject is at hand, also
// in a session that is resumed.
TEST_CASE("clients show certificates")
{
    tls_home home;
    auto const authority = make_certificate({.common_name = "authority", .is_authority = true});
    auto const sensor = make_certificate({.common_name = "sensor 7, hall, \xc3\xb6"}, authority);
    auto const stranger = make_certificate({.common_name = "stranger"});
    auto const shown = certificate_for("example.org");
    auto const asking = [&](tls_client_certificates how) {
        return credentials_of({.certificates = {shown},
                               .client_certificates = how,
                               .client_ca = authority.chain,
                               .ticket_secrets = {std::string(32, 's')}});
    };
    for (auto const how : {tls_client_certificates::optional, tls_client_certificates::required}) {
        auto const by = asking(how);
        tls_pair known(home, by, {.shows = sensor});
        known.exchange();
        REQUIRE(known.session->is_established());
        CHECK(known.session->peer_subject() == "CN=sensor 7\\, hall\\, \xc3\xb6");

        tls_pair again(home, by, {.shows = sensor}, known.client.get());
        again.exchange();
        CHECK(again.client->is_resumed());
        CHECK(again.session->peer_subject() == known.session->peer_subject());

        tls_pair refused(home, by, {.shows = stranger});
        refused.exchange();
        CHECK_FALSE(refused.session->is_established());
        CHECK_FALSE(refused.session->refusal().empty());

        tls_pair nameless(home, by);
        nameless.exchange();
        bool const is_required = how == tls_client_certificates::required;
        CHECK(nameless.session->is_established() != is_required);
        CHECK(nameless.session->peer_subject().empty());
    }
    // What was agreed on without a certificate is not resumed where one is required.
    tls_pair lax(home, asking(tls_client_certificates::optional));
    lax.exchange();
    CHECK_FALSE(is_resumed(home, asking(tls_client_certificates::required), *lax.client));
}

// Options that contradict each other are refused before anybody relies on them.
TEST_CASE("contradicting options of TLS are refused")
{
    auto const shown = certificate_for("example.org");
    CHECK_THROWS_AS(credentials_of({}), std::invalid_argument);
    CHECK_THROWS_AS(
        credentials_of({.certificates = {shown}, .client_certificates = tls_client_certificates::required}),
        std::invalid_argument);
    CHECK_THROWS_AS(credentials_of({.certificates = {shown}, .client_ca = shown.chain}),
                    std::invalid_argument);
}

// An expired certificate is served, since some clients take it, and somebody is told.
TEST_CASE("a certificate out of its time is warned of")
{
    auto const one = make_certificate({.dns = {"old.org"}, .begins = -48h, .ends = -1h});
    auto const two = make_certificate({.dns = {"new.org"}, .begins = 1h, .ends = 48h});
    auto const by = credentials_of({.certificates = {certificate_for("good.org"),
                                                     {.chain = one.chain, .key = one.key},
                                                     {.chain = two.chain, .key = two.key}}});
    auto const warnings = by->warnings(std::chrono::system_clock::now());
    REQUIRE(warnings.size() == 2);
    CHECK_THAT(warnings[0], ContainsSubstring("has expired at"));
    CHECK_THAT(warnings[0], ContainsSubstring(by->certificates()[1].fingerprint));
    CHECK_THAT(warnings[1], ContainsSubstring("is not valid before"));
    tls_home home;
    CHECK(shown_to(home, by, "old.org") == "old.org");
}
