// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/endpoint.hpp>
#include <tidings/net/internal/stream_socket.hpp>

#include <string>

namespace tidings::internal {

/// Whether it listens where the endpoint says; on any port, if that has port 0.
bool listens_at(int descriptor, endpoint const& where);

/// Why a server cannot accept from it: empty, or the end of a sentence about it.
std::string why_not_listening(int descriptor);

/// Takes over a descriptor that this process was started with, and keeps it from the children of this one.
stream_socket take_inherited(int descriptor) noexcept;

/// An endpoint as `where`, for whose socket the server needs not to look.
endpoint with_socket(endpoint where, stream_socket socket, bool has_file);

} // namespace tidings::internal
