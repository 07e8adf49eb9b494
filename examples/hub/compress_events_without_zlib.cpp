// SPDX-License-Identifier: BSL-1.0
#include "compress_events.hpp"
#include "options.hpp"

namespace hub {

void compress_events(tidings::topic_options&)
{
    throw usage_error("--compress: this build has no compression");
}

} // namespace hub
