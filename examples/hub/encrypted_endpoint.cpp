// SPDX-License-Identifier: BSL-1.0
#include "encrypted_endpoint.hpp"

#include <tidings/net/tls/tls_context.hpp>

#include "options.hpp"

#include <cstddef>
#include <memory>
#include <utility>

namespace hub {

tidings::endpoint encrypted_endpoint(options const& chosen)
{
    tidings::tls_options rules;
    for (std::size_t i = 0; i != chosen.tls_certs.size(); ++i)
        rules.certificates.push_back({.chain_file = chosen.tls_certs[i], .key_file = chosen.tls_keys[i]});
    if (!chosen.client_ca.empty()) {
        rules.client_certificates = tidings::tls_client_certificates::required;
        rules.client_ca_file = chosen.client_ca;
    }
    return {.host = chosen.listen.host,
            .port = chosen.tls_port,
            .tls = std::make_shared<tidings::tls_context>(std::move(rules))};
}

} // namespace hub
