// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_options.hpp>

namespace hub {

/// Has the events of topics with these options compressed for clients that ask for it. Throws `usage_error`
/// in a build without compression.
void compress_events(tidings::topic_options& of);

} // namespace hub
