// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidings::benchmark {

/// The data of an event that is so many bytes long as it leaves, with "data: ", two ends of lines and what
/// stands `before` it.
inline std::string data_of_event(std::size_t size, std::string_view before = {})
{
    std::size_t const around = before.size() + 8;
    return std::string(size > around ? size - around : 0, 'x');
}

} // namespace tidings::benchmark
