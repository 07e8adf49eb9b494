// SPDX-License-Identifier: BSL-1.0
// A user's program with an encrypted endpoint, which needs no header of OpenSSL.
#include <tidings/net/tls/tls_context.hpp>
#include <tidings/server/server.hpp>

#include <cstdio>
#include <memory>
#include <stdexcept>

int main()
{
    try {
        tidings::server server(
            {.listen = {{.port = 0,
                         .tls = std::make_shared<tidings::tls_context>(tidings::tls_options{
                             .certificates = {{.chain_file = "none.pem", .key_file = "none.pem"}}})}}});
        return 1;
    } catch (std::runtime_error const& refused) {
        return std::puts(refused.what()) < 0;
    }
}
