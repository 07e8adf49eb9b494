// SPDX-License-Identifier: BSL-1.0
// Nodes that speak TLS with an engine, and engines that they are not to trust.
#include <tidings/hub/redis/redis_store.hpp>

#include "cutting_relay.hpp"
#include "support/engine_process.hpp"
#include "support/scratch_folder.hpp"
#include "support/store_user.hpp"
#include "support/tls_credentials.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// An engine behind TLS on a port of this machine, and an authority that has signed its certificate.
class encrypted_engine
{
public:
    encrypted_engine()
    {
        if (!engine_process::is_installed())
            SKIP("there is no such engine on this machine");
        write("ca", authority);
        show({.addresses = {"127.0.0.1"}});
    }

    /// From the next start on.
    void show(certificate_request const& what) { write("engine", make_certificate(what, authority)); }

    void start(std::string const& auth_clients = "no", std::string const& protocols = "TLSv1.2 TLSv1.3")
    {
        engine.emplace(
            folder.file("data"),
            std::vector<std::string>{"--bind", "127.0.0.1", "--appendonly", "yes", "--appendfsync", "always",
                                     "--tls-port", std::to_string(port), "--tls-cert-file",
                                     folder.file("engine.pem"), "--tls-key-file", folder.file("engine.key"),
                                     "--tls-ca-cert-file", folder.file("ca.pem"), "--tls-auth-clients",
                                     auth_clients, "--tls-protocols", protocols});
    }

    void write(std::string const& name, made_certificate const& what) const
    {
        folder.write(name + ".pem", what.chain);
        folder.write(name + ".key", what.key);
    }

    std::string url(std::string const& parameters = {}) const { return url_at(port, parameters); }
    std::string url_at(std::uint16_t where, std::string const& parameters = {}) const
    {
        return "rediss://127.0.0.1:" + std::to_string(where) + "?ca=" + folder.file("ca.pem") + parameters;
    }

    scratch_folder const folder;
    made_certificate const authority =
        make_certificate({.common_name = "the hub's authority", .is_authority = true});
    std::uint16_t const port = free_port();
    std::optional<engine_process> engine;
};

/// A node's store, the lines of its log, and what it was told.
struct encrypted_node
{
    explicit encrypted_node(std::string const& url)
        : store(redis_store(url, {.answer_timeout = 1s,
                                  .probe_timeout = 100ms,
                                  .log = [this](log_level, std::string_view line) { note(line); }})),
          user(*store)
    {}

    void note(std::string_view line)
    {
        std::lock_guard const guard(lock);
        lines += std::string(line) + "\n";
        logged.notify_all();
    }
    /// What was logged, once it holds this.
    std::string log_with(std::string_view part)
    {
        std::unique_lock guard(lock);
        logged.wait_for(guard, 20s, [&] { return lines.find(part) != lines.npos; });
        return lines;
    }

    std::mutex lock;
    std::condition_variable logged;
    std::string lines;
    std::shared_ptr<topic_store> store;
    store_user user;
};

std::string refusal_of(std::string const& url)
{
    try {
        (void)redis_store(url, {.answer_timeout = 1s, .log = [](log_level, std::string_view) {}});
        return "it was let in";
    } catch (std::runtime_error const& error) {
        return error.what();
    }
}

std::vector<std::uint64_t> tags(store_user& of, std::size_t least)
{
    std::vector<std::uint64_t> all;
    for (auto const& [topic, event] : of.told(least))
        all.push_back(tag_of(event));
    return all;
}

} // namespace

// Large events and small ones go through TLS, to all nodes; after the engine was killed and started again,
// with another certificate, too.
TEST_CASE_METHOD(encrypted_engine, "an engine behind TLS")
{
    start();
    encrypted_node here(url());
    encrypted_node there(url());
    for (auto* each : {&here, &there})
        each->user.open("a");
    std::vector<std::uint64_t> sent;
    auto const publish = [&](std::size_t size) {
        sent.push_back(sent.size() + 1);
        REQUIRE(here.user.append("a", sent.back(), size));
    };
    for (int i = 0; i < 100; ++i)
        publish(i % 10 == 0 ? 100'000 : 20);
    CHECK(tags(there.user, 100) == sent);
    show({.addresses = {"127.0.0.1"}});
    engine->kill();
    engine->start();
    for (int i = 0; i < 100; ++i)
        publish(20);
    here.user.wait("a");
    CHECK(tags(there.user, 200) == sent);
    CHECK(tags(here.user, 200) == sent);
    CHECK(here.user.kept("a") == sent);
}

// Each is an error of the constructor that says what to do.
TEST_CASE_METHOD(encrypted_engine, "engines behind TLS that a node does not trust")
{
    SECTION("another authority")
    {
        start();
        write("other", make_certificate({.common_name = "another", .is_authority = true}));
        std::string const other = "rediss://127.0.0.1:" + std::to_string(port);
        CHECK_THAT(refusal_of(other + "?ca=" + folder.file("other.pem")),
                   ContainsSubstring("signed by \"CN=the hub's authority\"") && ContainsSubstring("as ca"));
        CHECK_THAT(refusal_of(other), ContainsSubstring("the system's list of authorities"));
        CHECK_THAT(refusal_of(other + "?ca=" + folder.file("none.pem")), ContainsSubstring("No such file"));
    }
    SECTION("another name")
    {
        show({.dns = {"engine.example"}});
        start();
        CHECK_THAT(refusal_of(url()), ContainsSubstring("is for DNS:engine.example, and not for 127.0.0.1"));
    }
    SECTION("expired")
    {
        show({.addresses = {"127.0.0.1"}, .begins = -48h, .ends = -24h});
        start();
        CHECK_THAT(refusal_of(url()), ContainsSubstring("has expired at"));
    }
    SECTION("it wants a certificate")
    {
        start("yes", GENERATE("TLSv1.2", "TLSv1.3"));
        CHECK_THAT(refusal_of(url()), ContainsSubstring("requires a client certificate"));
        write("node", make_certificate({.common_name = "node 1"}, authority));
        std::string const shown = "&cert=" + folder.file("node.pem") + "&key=" + folder.file("node.key");
        CHECK(refusal_of(url(shown)) == "it was let in");
    }
}

// An engine without TLS on that port may say nothing at all to what it does not understand; then it is away,
// and the log says why. One that says something is refused.
TEST_CASE_METHOD(encrypted_engine, "an engine without TLS where TLS is asked for")
{
    engine.emplace(folder.file("data"), std::vector<std::string>{"--bind", "127.0.0.1"});
    std::string const plain = engine->listen_on_tcp();
    try {
        encrypted_node node("rediss://127.0.0.1:" + plain + "?ca=" + folder.file("ca.pem"));
        CHECK_THAT(node.log_with("TLS"), ContainsSubstring("does it speak TLS on this port?"));
    } catch (std::runtime_error const& error) {
        CHECK_THAT(error.what(), ContainsSubstring("does not speak TLS"));
    }
}

// A connection ends behind each of many bytes, in the handshake, within records and between them: nothing
// comes twice, nothing is missing.
TEST_CASE_METHOD(encrypted_engine, "connections through TLS are cut in the midst of a record")
{
    start();
    cutting_relay relay(port);
    encrypted_node node(url_at(relay.port()));
    node.user.open("a");
    std::vector<std::uint64_t> sent;
    std::size_t cuts = 0;
    // The first byte of what is said ends a connection, and so the next count begins with handshakes. Each
    // failure in a row doubles the pause.
    for (std::size_t behind : {1, 700, 1, 2'500, 1, 4'000, 300, 5'001}) {
        relay.cut_behind(behind);
        for (++cuts; relay.cuts() < cuts;) {
            for (int i = 0; i < 10; ++i) {
                sent.push_back(sent.size() + 1);
                REQUIRE(node.user.append("a", sent.back(), 50));
            }
            node.user.wait("a");
        }
    }
    CHECK(tags(node.user, sent.size()) == sent);
    CHECK(node.user.kept("a") == sent);
}
