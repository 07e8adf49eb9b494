// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/http1_connection.hpp>

#include <functional>

namespace tidings::detail {

/// Takes a socket that is given back, and what was read from it and not answered. Called on a loop of the
/// server.
using return_socket = std::function<void(internal::stream_socket, std::string)>;

/// A connection that the application has lent: it serves requests until one comes that no route takes. That
/// one goes back unanswered with the socket, and this connection ends as if it had closed.
class lent_connection final : public http1_connection
{
public:
    lent_connection(std::shared_ptr<loop_state> const& home, internal::peer_socket socket,
                    internal::peer_address peer, admission given, return_socket on_unrouted)
        : http1_connection(home, std::move(socket), peer, given), on_unrouted_(std::move(on_unrouted))
    {}

private:
    bool gives_back(request const& head, std::string_view before, std::string_view bytes) override;

    return_socket on_unrouted_;
};

} // namespace tidings::detail
