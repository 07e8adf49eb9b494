// SPDX-License-Identifier: BSL-1.0
#include "speak_http2.hpp"

namespace dashboard {

void speak_http2(tidings::endpoint&) {}

} // namespace dashboard
