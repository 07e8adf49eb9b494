// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/encryption.hpp>
#include <tidings/net/internal/peer_address.hpp>
#include <tidings/server/server.hpp>

namespace tidings::internal {

/// Starts a server that listens nowhere, for tests. Returns when the kernel would ask a silent client whether
/// it is there. Throws `std::logic_error` for a server that has started, or does not run on `loop`.
peer_probes start_in_memory(server& of, boost::asio::io_context const& loop);

/// Serves a client in the next turn of the loop, to which `by` must live. Its bytes come and go through what
/// `by` makes, as if they were encrypted; `silent` is a descriptor that never becomes ready.
void serve_in_memory(server& of, stream_socket silent, encryption const& by, peer_address const& peer);

} // namespace tidings::internal
