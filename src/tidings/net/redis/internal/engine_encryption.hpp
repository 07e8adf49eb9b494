// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/redis/internal/engine_url.hpp>
#include <tidings/net/tls/internal/tls_client.hpp>

#include <memory>

namespace tidings::internal {

/// Whether this build has TLS.
bool can_encrypt() noexcept;

/// What encrypts one connection to the engine; null where the URL asks for none. Reads the files that the URL
/// names. Throws `engine_fault` for those that are of no use.
std::unique_ptr<encrypted_client> encrypt_engine(engine_url const& where);

} // namespace tidings::internal
