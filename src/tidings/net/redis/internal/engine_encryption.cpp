// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/redis/internal/engine_encryption.hpp>
#include <tidings/net/redis/internal/engine_fault.hpp>

#include <stdexcept>

namespace tidings::internal {

#ifdef TIDINGS_HAS_TLS

bool can_encrypt() noexcept
{
    return true;
}

std::unique_ptr<encrypted_client> encrypt_engine(engine_url const& where)
try {
    if (!where.is_encrypted)
        return nullptr;
    return make_tls_client({.host = where.host,
                            .ca_file = where.ca_file,
                            .chain_file = where.cert_file,
                            .key_file = where.key_file});
} catch (std::runtime_error const& error) {
    throw engine_fault(error.what(), true);
}

#else

bool can_encrypt() noexcept
{
    return false;
}

std::unique_ptr<encrypted_client> encrypt_engine(engine_url const&)
{
    return nullptr; // no URL asks for it
}

#endif

} // namespace tidings::internal
