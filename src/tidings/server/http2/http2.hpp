// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/endpoint.hpp>

#include <cstddef>
#include <memory>

namespace tidings {

/// What an endpoint that speaks HTTP/2 allows each connection.
struct http2_options
{
    /// Concurrent requests and open event streams of one connection; a handler that has not returned counts
    /// even if its client has left. Further ones are refused in a way that makes the client retry later. At
    /// least 1 and at most 10,000.
    std::size_t max_streams = 128;
    /// Whether a client may start with HTTP/2 on an unencrypted connection without asking first, as proxies
    /// do and some tools on request, but no browser. Other clients speak HTTP/1.1 on the same port.
    bool prior_knowledge = false;
};

/// Makes an endpoint speak HTTP/2 as well as HTTP/1.1: assign the result to `endpoint::http2`; several
/// endpoints may share it. Over TLS the client chooses during the handshake (ALPN), as all browsers do.
/// Throws `std::invalid_argument` for invalid options.
///
///     tidings::endpoint{.port = 443, .tls = certificate, .http2 = tidings::http2()}
[[nodiscard]] std::shared_ptr<internal::protocol> http2(http2_options options = {});

} // namespace tidings
