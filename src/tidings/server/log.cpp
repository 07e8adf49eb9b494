// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/log.hpp>

#include <fmt/format.h>

#include <cstdio>

namespace tidings {

void log_to_stderr(log_level level, std::string_view message)
{
    if (level == log_level::warning)
        fmt::print(stderr, "tidings: warning: {}\n", message);
    else if (level == log_level::error)
        fmt::print(stderr, "tidings: error: {}\n", message);
}

} // namespace tidings
