// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string_view>

namespace tidings {

/// Why a context ended. The first reason stays.
enum class end_reason : std::uint8_t
{
    none,              ///< it has not ended
    client_gone,       ///< the peer closed, reset, vanished, or took nothing within the write timeout
    deadline_exceeded, ///< a `with_timeout` or `with_deadline` ran out
    server_stopping,   ///< the server drains: say farewell and return
    canceled,          ///< its scope was canceled or left
    handler_returned,  ///< the handler that it belonged to is over
    failed,            ///< a task spawned under it threw; `context::cause` holds the exception
};

/// Its name, "client_gone" for one.
std::string_view to_string(end_reason reason) noexcept;

} // namespace tidings
