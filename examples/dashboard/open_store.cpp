// SPDX-License-Identifier: BSL-1.0
#include "open_store.hpp"

#include <tidings/hub/sqlite/sqlite_store.hpp>

namespace dashboard {

std::shared_ptr<tidings::topic_store> open_store(std::string const& path)
{
    return std::make_shared<tidings::sqlite_store>(path);
}

} // namespace dashboard
