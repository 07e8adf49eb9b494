// SPDX-License-Identifier: BSL-1.0
#include "open_log.hpp"
#include "options.hpp"

namespace hub {

std::unique_ptr<tidings::topic_log> open_log(std::string const&)
{
    throw usage_error("--log: this build has no SQLite to keep events with");
}

} // namespace hub
