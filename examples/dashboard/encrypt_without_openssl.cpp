// SPDX-License-Identifier: BSL-1.0
#include "encrypt.hpp"

#include <stdexcept>

namespace dashboard {

void encrypt(tidings::endpoint&, std::string const&, std::string const&)
{
    throw std::runtime_error("--tls-cert: this build has no OpenSSL to encrypt with");
}

} // namespace dashboard
