// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string_view>

namespace tidings {

/// Why a context ended. The first reason is kept.
enum class end_reason : std::uint8_t
{
    none,              ///< it has not ended
    client_gone,       ///< the peer closed, reset, vanished, or accepted nothing within the write timeout
    deadline_exceeded, ///< a `with_timeout` or `with_deadline` expired
    server_stopping,   ///< the server is draining: say farewell and return
    canceled,          ///< its scope was canceled or left
    handler_returned,  ///< the handler that it belonged to has returned
    failed,            ///< a task spawned under it threw; `context::cause` holds the exception
};

/// Its name, such as "client_gone".
std::string_view to_string(end_reason reason) noexcept;

} // namespace tidings
