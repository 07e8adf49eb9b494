// SPDX-License-Identifier: BSL-1.0
#include "open_store.hpp"
#include "options.hpp"

namespace hub {

std::shared_ptr<tidings::topic_store> open_store(std::string const&, tidings::service&)
{
    throw usage_error("--log: this build has no SQLite to keep events with");
}

} // namespace hub
