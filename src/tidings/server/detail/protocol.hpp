// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/http1_connection.hpp>

namespace tidings::internal {

/// Another protocol than HTTP/1.1 that an endpoint speaks: implemented by components. Safe from any thread.
class protocol
{
public:
    virtual ~protocol() = default;

    /// A connection that was accepted, which speaks HTTP/1.1 unless its first bytes ask for this protocol:
    /// then another one goes on with its socket.
    virtual boost::intrusive_ptr<detail::http1_connection>
    begin(std::shared_ptr<detail::loop_state> const& home, peer_socket socket, peer_address peer,
          detail::admission given) const = 0;
};

} // namespace tidings::internal
