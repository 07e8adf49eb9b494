// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/log.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <string>

namespace tidings {

void log_to_stderr(log_level level, std::string_view message)
{
    if (level != log_level::warning && level != log_level::error)
        return;
    auto const* const kind = level == log_level::warning ? "warning" : "error";
    // In one write, so that the lines of several loops do not mix; fmt::print throws where it fails, and
    // there is nobody left to tell.
    std::string const line = fmt::format("tidings: {}: {}\n", kind, message);
    (void)std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace tidings
