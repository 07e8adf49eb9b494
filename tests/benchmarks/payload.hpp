// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>

#include <fmt/compile.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

namespace tidings::benchmark {

/// What a measured event carries: the instant it was made, in nanoseconds of the steady clock, its number,
/// and 'x' up to `size` bytes. Written over the last one, for its memory.
inline void write_payload(std::string& into, std::uint64_t number, std::size_t size)
{
    into.clear();
    fmt::format_to(std::back_inserter(into), FMT_COMPILE("{} {} "), clock::now().time_since_epoch().count(),
                   number);
    if (into.size() < size)
        into.resize(size, 'x');
}

} // namespace tidings::benchmark
