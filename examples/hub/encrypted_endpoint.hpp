// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/endpoint.hpp>

namespace hub {

struct options;

/// Where the hub listens for TLS. Throws `usage_error` in a build without it, and what `tls_context` throws.
tidings::endpoint encrypted_endpoint(options const& chosen);

} // namespace hub
