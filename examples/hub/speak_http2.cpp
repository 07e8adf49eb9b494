// SPDX-License-Identifier: BSL-1.0
#include "speak_http2.hpp"

#include <tidings/server/http2/http2.hpp>

namespace hub {

void speak_http2(tidings::endpoint& where, bool is_wanted_plainly)
{
    if (where.tls || is_wanted_plainly)
        where.http2 = tidings::http2({.prior_knowledge = is_wanted_plainly});
}

} // namespace hub
