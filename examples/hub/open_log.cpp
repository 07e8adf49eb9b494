// SPDX-License-Identifier: BSL-1.0
#include "open_log.hpp"

#include <tidings/hub/sqlite/sqlite_log.hpp>

#include <filesystem>

namespace hub {

std::unique_ptr<tidings::topic_log> open_log(std::string const& folder)
{
    std::filesystem::create_directories(folder);
    return std::make_unique<tidings::sqlite_log>(std::filesystem::path(folder) / "events.db");
}

} // namespace hub
