// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/endpoint.hpp>

namespace hub {

/// Has an endpoint that encrypts speak HTTP/2 too, where this build can, and a plain one with clients that
/// begin with it, where that is wanted. Throws `usage_error` where it is, in a build without HTTP/2.
void speak_http2(tidings::endpoint& where, bool is_wanted_plainly);

} // namespace hub
