// SPDX-License-Identifier: BSL-1.0
#include "open_store.hpp"

#include <tidings/hub/sqlite/sqlite_store.hpp>
#include <tidings/service/service.hpp>

#include <filesystem>

namespace hub {

std::shared_ptr<tidings::topic_store> open_store(std::string const& folder, tidings::service& unit)
{
    std::filesystem::create_directories(folder);
    unit.request_release();
    auto const store =
        std::make_shared<tidings::sqlite_store>((std::filesystem::path(folder) / "events.db").string());
    unit.on_release([store] { store->release(); }, [store] { store->reclaim(); });
    return store;
}

} // namespace hub
