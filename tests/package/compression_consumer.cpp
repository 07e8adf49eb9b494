// SPDX-License-Identifier: BSL-1.0
// A user's program with a compressed topic, which needs no header of zlib or zstd.
#include <tidings/hub/topic.hpp>
#include <tidings/stream/compression/compression.hpp>

int main()
{
    tidings::topic const news({.compression = tidings::compression()});
    news.publish({.data = "x"});
    return news.stats().published == 1 ? 0 : 1;
}
