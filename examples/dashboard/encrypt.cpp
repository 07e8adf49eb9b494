// SPDX-License-Identifier: BSL-1.0
#include "encrypt.hpp"

#include <tidings/net/tls/tls_context.hpp>

#include <memory>

namespace dashboard {

void encrypt(tidings::endpoint& where, std::string const& chain_file, std::string const& key_file)
{
    where.tls = std::make_shared<tidings::tls_context>(
        tidings::tls_options{.certificates = {{.chain_file = chain_file, .key_file = key_file}}});
}

} // namespace dashboard
