// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/net/tls/tls_context.hpp>

#include "handlers.hpp"
#include "many_streams.hpp"
#include "one_route.hpp"
#include "skip_where_sanitized.hpp"
#include "support/tls_connection.hpp"
#include "support/tls_credentials.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <malloc.h>
#include <memory>
#include <string>

using namespace tidings::test;
using tidings::test::server_fixture;

namespace {

/// Streams of one topic, on a server whose certificates are replaced.
class streams_under_reload
{
public:
    explicit streams_under_reload(std::size_t count)
        : count_(count), server_(std::bind_front(hand_over, std::ref(news_)), options())
    {
        for (std::size_t i = 0; i != count; ++i) {
            clients_.emplace_back(server_.port());
            clients_.back().get("/");
            (void)clients_.back().read_until("\r\n\r\n");
        }
    }

    void reload()
    {
        auto const next = make_certificate({.dns = {"next" + std::to_string(++reloads_)}});
        tls_->reload({{.chain = next.chain, .key = next.key}});
        tls_connection newcomer(server_.port()); // a session that begins with these
        CHECK(newcomer.session().server_name() == "next" + std::to_string(reloads_));
    }

    /// Each of them gets an event; each call throws where one does not.
    void publish()
    {
        std::string const text = std::to_string(reloads_);
        news_.publish({.data = text});
        for (auto& each : clients_)
            (void)each.read_until("data: " + text + "\n\n");
    }

    bool has_all() { return server_.stats().streams == count_; }

    /// The heap of the process, once the newcomers have gone.
    std::size_t heap()
    {
        CHECK(server_.wait_for_stats([&](auto const& now) { return now.connections == count_; }));
        return mallinfo2().uordblks;
    }

private:
    tidings::server_options options() const
    {
        auto options = server_fixture::brisk();
        options.listen = {{.tls = tls_}};
        return options;
    }
    static std::shared_ptr<tidings::tls_context> make_tls()
    {
        auto const first = make_certificate({.dns = {"first"}});
        return std::make_shared<tidings::tls_context>(
            tidings::tls_options{.certificates = {{.chain = first.chain, .key = first.key}}});
    }

    std::size_t const count_;
    int reloads_ = 0;
    tidings::topic news_{{.max_events = 1}};
    std::shared_ptr<tidings::tls_context> const tls_ = make_tls();
    one_route server_;
    std::deque<tls_connection> clients_; // behind the server: they leave first
};

// A set of certificates is some 50 KB: ninety of them that were kept would be 4 MB and more.
constexpr std::size_t much = 1024 * 1024;

void reload_under(std::size_t count)
{
    allow_descriptors(2 * count + 200);
    streams_under_reload all(count);
    for (int i = 0; i != 10; ++i)
        all.reload();
    all.publish();
    auto const before = all.heap();
    for (int i = 0; i != 90; ++i) {
        all.reload();
        if (i % 10 == 9)
            all.publish();
    }
    CHECK(all.has_all());
    if (!is_sanitized) // else the heap is the sanitizer's
        CHECK(all.heap() < before + much);
}

} // namespace

// Certificates that are replaced again and again, each shown to somebody, cost the streams that are open
// nothing, and what was replaced is gone.
TEST_CASE("certificates are reloaded 100 times under 50 streams")
{
    reload_under(50);
}

// The same with as many as one process holds.
TEST_CASE("certificates are reloaded 100 times under 5,000 streams", "[long]")
{
    reload_under(5'000);
}
