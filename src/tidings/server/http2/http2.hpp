// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/endpoint.hpp>

#include <cstddef>
#include <memory>

namespace tidings {

/// What an endpoint that speaks HTTP/2 allows each of its connections.
struct http2_options
{
    /// Requests and open event streams of one connection at once; a handler that has not returned counts
    /// although its client has left. What the client opens beyond it is refused, so that it tries again
    /// later. At least 1 and at most 10,000.
    std::size_t max_streams = 128;
    /// Whether a client may begin with HTTP/2 where nothing is encrypted, without having asked: proxies do
    /// that, and tools that are told to; browsers never. Other clients speak HTTP/1.1 on the same port.
    bool prior_knowledge = false;
};

/// What makes an endpoint speak HTTP/2 beside HTTP/1.1, to be given to `endpoint::http2`; several endpoints
/// may have the same. Over TLS a client chooses when the connection is made (ALPN), as all browsers do.
/// Throws `std::invalid_argument` for options that cannot be.
///
///     tidings::endpoint{.port = 443, .tls = certificate, .http2 = tidings::http2()}
[[nodiscard]] std::shared_ptr<internal::protocol> http2(http2_options options = {});

} // namespace tidings
