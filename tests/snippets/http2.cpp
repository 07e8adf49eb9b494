// SPDX-License-Identifier: BSL-1.0
// What the page about HTTP/2 shows. Compiled, not run.
// [serve]
#include <tidings/net/tls/tls_context.hpp>
#include <tidings/server/http2/http2.hpp>
#include <tidings/server/server.hpp>

#include <memory>

namespace asio = boost::asio;

asio::awaitable<void> tell_time(tidings::context ctx, tidings::event_stream& out);

void serve_browsers()
{
    auto const tls = std::make_shared<tidings::tls_context>(tidings::tls_options{
        .certificates = {{.chain_file = "/etc/app/fullchain.pem", .key_file = "/etc/app/privkey.pem"}}});
    tidings::server server({.host = "::", .port = 443, .tls = tls, .http2 = tidings::http2()});
    server.get("/time", tell_time);
    server.run();
}
// [/serve]
