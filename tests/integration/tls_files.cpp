// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/net/tls/tls_context.hpp>

#include "handlers.hpp"
#include "one_route.hpp"
#include "support/scratch_folder.hpp"
#include "support/tls_connection.hpp"
#include "support/tls_credentials.hpp"

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::test::server_fixture;

namespace {

/// A certificate and its key in files that are replaced as certbot does it: each in one step, one after the
/// other.
class certificate_files
{
public:
    explicit certificate_files(std::string const& name) { replace(make_certificate({.dns = {name}})); }

    void replace(made_certificate const& by) const
    {
        replace("chain.pem", by.chain);
        replace("key.pem", by.key);
    }
    void replace(std::string const& file, std::string const& text) const
    {
        at_.write("new", text);
        fs::rename(at_.file("new"), at_.file(file));
    }

    std::shared_ptr<tidings::tls_context> serve(tidings::duration check_interval) const
    {
        return std::make_shared<tidings::tls_context>(tidings::tls_options{
            .certificates = {{.chain_file = at_.file("chain.pem"), .key_file = at_.file("key.pem")}},
            .file_check_interval = check_interval});
    }

private:
    scratch_folder at_;
};

tidings::server_options encrypted_by(std::shared_ptr<tidings::tls_context> const& by)
{
    auto options = server_fixture::brisk();
    options.listen = {{.tls = by}};
    return options;
}

std::string name_shown(std::uint16_t port)
{
    return tls_connection(port).session().server_name();
}

} // namespace

// Files that change are read again without anybody's doing; who comes then gets what they hold, and an open
// stream goes on.
TEST_CASE("certificates whose files change are read again")
{
    certificate_files const files("first");
    tidings::topic news;
    one_route server(std::bind_front(hand_over, std::ref(news)), encrypted_by(files.serve(5ms)));
    tls_connection open(server.port());
    open.get("/");
    (void)open.read_until("\r\n\r\n");
    CHECK(server.wait_for_stats([](auto const& now) { return now.streams == 1 && now.handlers == 0; }));
    files.replace(make_certificate({.dns = {"second"}}));
    CHECK(server.wait_for_log("certificates were read from their files again"));
    CHECK(name_shown(server.port()) == "second");
    news.publish({.data = "still here"});
    (void)open.read_until("data: still here\n\n");
}

// A key that does not belong to its certificate changes nothing, and is logged once, with the fingerprints
// of both and of what stays; a good pair is taken later.
TEST_CASE("a changed file that does not fit leaves the old certificate")
{
    certificate_files const files("first");
    auto const tls = files.serve(5ms);
    one_route server(send_one, encrypted_by(tls));
    auto const kept = tls->certificates().front().fingerprint;
    auto const next = make_certificate({.dns = {"second"}});
    files.replace("key.pem", next.key);
    CHECK(server.wait_for_log("does not belong to the certificate"));
    CHECK(server.wait_for_log("the certificates in use are still SHA-256 " + kept));
    CHECK(name_shown(server.port()) == "first");
    files.replace("chain.pem", next.chain);
    CHECK(server.wait_for_log("now in use: SHA-256 "));
    CHECK(name_shown(server.port()) == "second");
    CHECK(server.count_logged("does not belong") == 1);
}

namespace {

/// A server that minds signals. When somebody has been served, it does.
class signalled_server
{
public:
    explicit signalled_server(std::shared_ptr<tidings::tls_context> const& by)
        : server_({.listen = {{.port = 0, .tls = by}}, .drain_timeout = 1s, .log = {}})
    {
        server_.start();
        thread_ = std::jthread([this] { server_.run(); });
        REQUIRE(name_shown(server_.port()) == "first");
    }
    ~signalled_server() { server_.stop(); }
    signalled_server(signalled_server const&) = delete;
    signalled_server& operator=(signalled_server const&) = delete;

    std::uint16_t port() const { return server_.port(); }

private:
    tidings::server server_;
    std::jthread thread_;
};

bool is_signal_handled(int number)
{
    struct ::sigaction now{};
    REQUIRE(::sigaction(number, nullptr, &now) == 0);
    return now.sa_handler != SIG_DFL;
}

} // namespace

// SIGHUP reads the files again, and does not end the server.
TEST_CASE("SIGHUP reads certificates again")
{
    certificate_files const files("first");
    signalled_server const server(files.serve(0s));
    files.replace(make_certificate({.dns = {"second"}}));
    REQUIRE(is_signal_handled(SIGHUP));
    REQUIRE(::kill(::getpid(), SIGHUP) == 0);
    std::string shown;
    for (auto const end = std::chrono::steady_clock::now() + 10s;
         shown != "second" && std::chrono::steady_clock::now() < end;)
        shown = name_shown(server.port());
    CHECK(shown == "second");
}

// Where nothing comes from files SIGHUP does what it did before.
TEST_CASE("SIGHUP is left alone without files")
{
    auto const made = make_certificate({.dns = {"first"}});
    signalled_server const server(std::make_shared<tidings::tls_context>(
        tidings::tls_options{.certificates = {{.chain = made.chain, .key = made.key}}}));
    CHECK(is_signal_handled(SIGTERM));
    CHECK_FALSE(is_signal_handled(SIGHUP));
}
