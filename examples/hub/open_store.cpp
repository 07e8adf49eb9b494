// SPDX-License-Identifier: BSL-1.0
#include "open_store.hpp"

#include <tidings/hub/sqlite/sqlite_store.hpp>

#include <filesystem>

namespace hub {

std::shared_ptr<tidings::topic_store> open_store(std::string const& folder)
{
    std::filesystem::create_directories(folder);
    return std::make_shared<tidings::sqlite_store>((std::filesystem::path(folder) / "events.db").string());
}

} // namespace hub
