// SPDX-License-Identifier: BSL-1.0
// What the page about TLS shows. Compiled, not run.
#include <tidings/net/tls/tls_context.hpp>
#include <tidings/server/server.hpp>

#include <cstdio>
#include <exception>
#include <memory>

namespace asio = boost::asio;

asio::awaitable<void> tell_time(tidings::context ctx, tidings::event_stream& out);

// [serve]
void serve()
{
    auto const tls = std::make_shared<tidings::tls_context>(tidings::tls_options{
        .certificates = {{.chain_file = "/etc/app/fullchain.pem", .key_file = "/etc/app/privkey.pem"}}});
    tidings::server server({.listen = {{.host = "::", .port = 443, .tls = tls}, {.host = "::", .port = 80}}});
    server.get("/time", tell_time);
    server.run();
}
// [/serve]

// [reload]
void renew(tidings::tls_context& tls)
{
    try {
        tls.reload();
    } catch (std::exception const& refused) {
        std::fprintf(stderr, "%s\n", refused.what());
    }
}
// [/reload]

std::shared_ptr<tidings::tls_context> for_sensors()
{
    // [clients]
    auto const tls = std::make_shared<tidings::tls_context>(tidings::tls_options{
        .certificates = {{.chain_file = "/etc/app/fullchain.pem", .key_file = "/etc/app/privkey.pem"}},
        .client_certificates = tidings::tls_client_certificates::required,
        .client_ca_file = "/etc/app/sensors.pem",
        .subject_is_principal = true});
    // [/clients]
    return tls;
}
