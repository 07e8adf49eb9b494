// SPDX-License-Identifier: BSL-1.0
// An upstream that is read over Asio's own TLS, beside a ticker.
#include <tidings/hub/topic.hpp>
#include <tidings/net/tls/tls_context.hpp>
#include <tidings/wait/operation.hpp>
#include <tidings/wait/select.hpp>

#include "handlers.hpp"
#include "one_route.hpp"
#include "support/tls_credentials.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using asio::ip::tcp;
using tidings::context;

namespace {

using tls_stream = asio::ssl::stream<tcp::socket>;

auto read_line_over_tls(tls_stream& from, std::string& into)
{
    return asio::async_read_until(from, asio::dynamic_buffer(into), '\n', asio::deferred);
}

constexpr std::size_t all_events = 20;

/// Reads the lines of a stream. When a tick finds that all is read that was published, the next event is, and
/// behind the last one this ends in mid-read.
asio::awaitable<void> read_events(context ctx, tcp::endpoint where, made_certificate const& trusted,
                                  tidings::topic const& news, std::vector<std::string>& data)
{
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.add_certificate_authority(asio::buffer(trusted.chain));
    tls.set_verify_mode(asio::ssl::verify_peer);
    tls_stream connection(ctx.get_executor(), tls);
    co_await connection.next_layer().async_connect(where, asio::deferred);
    co_await connection.async_handshake(asio::ssl::stream_base::client, asio::deferred);
    std::string const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    co_await asio::async_write(connection, asio::buffer(request), asio::deferred);

    tidings::operation line(ctx, read_line_over_tls, std::move(connection), std::string());
    tidings::ticker often(2ms);
    std::size_t published = 0;
    while (auto next = co_await tidings::select(ctx, line, often)) {
        if (auto const* read = next.from(line)) {
            if (read->error)
                throw boost::system::system_error(read->error);
            auto& buffer = line.get<std::string>();
            if (buffer.starts_with("data: "))
                data.push_back(buffer.substr(6, read->value - 7));
            buffer.erase(0, read->value);
        } else if (data.size() == all_events) {
            co_return;
        } else if (published == data.size() && news.stats().subscribers == 1) {
            news.publish({.data = std::to_string(published++)});
        }
    }
}

} // namespace

// Records of TLS are read whole while ticks win again and again; the read that is under way when the
// operation goes still has its stream and its buffer.
TEST_CASE("an upstream is read over TLS beside a ticker")
{
    auto const shown = make_certificate({.dns = {"localhost"}});
    auto options = tidings::test::server_fixture::brisk();
    options.listen = {{.tls = std::make_shared<tidings::tls_context>(tidings::tls_options{
                           .certificates = {{.chain = shown.chain, .key = shown.key}}})}};
    tidings::topic news({.send_position = false});
    one_route server(std::bind_front(hand_over, std::ref(news)), options);

    asio::io_context io;
    auto root = context::root(io.get_executor());
    tcp::endpoint const where(asio::ip::address_v4::loopback(), server.port());
    std::vector<std::string> data;
    std::exception_ptr failure;
    asio::co_spawn(io, read_events(root, where, shown, news, data),
                   [&](std::exception_ptr failed) { failure = failed; });
    io.run();
    CHECK_FALSE(failure);
    REQUIRE(data.size() == all_events);
    for (std::size_t i = 0; i != all_events; ++i)
        CHECK(data[i] == std::to_string(i));
    CHECK(server.wait_for_stats(nothing_is_left));
}
