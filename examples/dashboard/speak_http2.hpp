// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/endpoint.hpp>

namespace dashboard {

/// Has the endpoint speak HTTP/2 beside HTTP/1.1, where tidings was built with it.
void speak_http2(tidings::endpoint& where);

} // namespace dashboard
