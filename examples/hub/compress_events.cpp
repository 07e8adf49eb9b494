// SPDX-License-Identifier: BSL-1.0
#include "compress_events.hpp"

#include <tidings/stream/compression/compression.hpp>

namespace hub {

void compress_events(tidings::topic_options& of)
{
    of.compression = tidings::compression();
}

} // namespace hub
