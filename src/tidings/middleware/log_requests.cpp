// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/log_requests.hpp>

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace tidings {

std::function<void(stream_end const&)> log_requests(line_sink sink)
{
    if (!sink)
        throw std::invalid_argument("tidings: log_requests needs a sink for its lines");
    return [sink = std::move(sink)](stream_end const& over) {
        double const seconds = std::chrono::duration<double>(over.lasted).count();
        bool const is_plain = !over.is_stream && over.reason == end_reason::handler_returned;
        sink(fmt::format("{} {} {}{} {:.3f}s{}{}{}", over.method, over.path,
                         over.status == 0 ? "-" : fmt::format("{}", over.status),
                         over.is_stream ? " stream" : "", seconds, is_plain ? "" : " ",
                         is_plain ? "" : to_string(over.reason),
                         over.principal.empty() ? "" : fmt::format(" ({})", over.principal)));
    };
}

} // namespace tidings
