// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"
#include "speak_http2.hpp"

namespace hub {

void speak_http2(tidings::endpoint&, bool is_wanted_plainly)
{
    if (is_wanted_plainly)
        throw usage_error("--http2-prior-knowledge: this build has no HTTP/2");
}

} // namespace hub
