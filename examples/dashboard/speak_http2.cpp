// SPDX-License-Identifier: BSL-1.0
#include "speak_http2.hpp"

#include <tidings/server/http2/http2.hpp>

namespace dashboard {

void speak_http2(tidings::endpoint& where)
{
    where.http2 = tidings::http2();
}

} // namespace dashboard
