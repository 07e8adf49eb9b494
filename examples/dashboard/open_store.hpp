// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_store.hpp>

#include <memory>
#include <string>

namespace dashboard {

/// Keeps the builds in this file; null, with a message, where tidings was built without SQLite: then they are
/// kept in memory. Throws `std::runtime_error` when the file cannot be used.
std::shared_ptr<tidings::topic_store> open_store(std::string const& path);

} // namespace dashboard
