// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/end_reason.hpp>

namespace tidings {

std::string_view to_string(end_reason reason) noexcept
{
    switch (reason) {
    case end_reason::none:
        return "none";
    case end_reason::client_gone:
        return "client gone";
    case end_reason::deadline_exceeded:
        return "deadline exceeded";
    case end_reason::server_stopping:
        return "server stopping";
    case end_reason::canceled:
        return "canceled";
    case end_reason::handler_returned:
        return "handler returned";
    case end_reason::failed:
        return "failed";
    }
    return "unknown";
}

} // namespace tidings
