// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_log.hpp>

#include <memory>
#include <string>

namespace dashboard {

/// Keeps the builds in this file; null, with a message, where tidings was built without SQLite: then they are
/// kept in memory. Throws `std::runtime_error` when the file cannot be used.
std::unique_ptr<tidings::topic_log> open_log(std::string const& path);

} // namespace dashboard
