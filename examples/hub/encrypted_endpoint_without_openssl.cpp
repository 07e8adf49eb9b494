// SPDX-License-Identifier: BSL-1.0
#include "encrypted_endpoint.hpp"
#include "options.hpp"

namespace hub {

tidings::endpoint encrypted_endpoint(options const&)
{
    throw usage_error("--tls-port: this build has no OpenSSL to encrypt with");
}

} // namespace hub
