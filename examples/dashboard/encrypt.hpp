// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/endpoint.hpp>

#include <string>

namespace dashboard {

/// Has the endpoint speak TLS, with the certificate and key of these files. Throws `std::runtime_error` when
/// they cannot be used, or where tidings was built without OpenSSL.
void encrypt(tidings::endpoint& where, std::string const& chain_file, std::string const& key_file);

} // namespace dashboard
