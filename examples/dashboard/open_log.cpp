// SPDX-License-Identifier: BSL-1.0
#include "open_log.hpp"

#include <tidings/hub/sqlite/sqlite_log.hpp>

namespace dashboard {

std::unique_ptr<tidings::topic_log> open_log(std::string const& path)
{
    return std::make_unique<tidings::sqlite_log>(path);
}

} // namespace dashboard
