// SPDX-License-Identifier: BSL-1.0
#include "open_store.hpp"
#include "options.hpp"

namespace hub {

std::shared_ptr<tidings::topic_store> open_engine(std::string const&, options const&)
{
    throw usage_error("--hub: this build has no hiredis to share topics with");
}

} // namespace hub
