// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/stream_socket.hpp>

#include <cstdint>

namespace tidings::test {

/// Connected to a port of this machine. What is sent in two pieces is not held back until the first was
/// acknowledged.
internal::stream_socket connected_to(std::uint16_t port);

/// What of `what`, events of `poll`, has happened; throws when nothing does within ten seconds.
short wait_for(internal::stream_socket const& socket, short what);

} // namespace tidings::test
