// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_store.hpp>

#include <memory>
#include <string>

namespace tidings {
class service;
}

namespace hub {

struct options;

/// Keeps the events in a file in this folder, which is made if need be. A hub that is replaced lets go of it
/// first. Throws `usage_error` where tidings was built without SQLite, `std::runtime_error` when the folder
/// or the file cannot be used.
std::shared_ptr<tidings::topic_store> open_store(std::string const& folder, tidings::service& unit);

/// Shares the topics with all hubs that use the engine that was chosen. Throws `usage_error` for a URL that
/// is none, and where tidings was built without hiredis; `std::runtime_error` when the engine cannot be used.
std::shared_ptr<tidings::topic_store> open_engine(std::string const& url, options const& chosen);

} // namespace hub
