// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <random>
#include <string>

namespace tidings::benchmark {

/// JSON as applications send it: names that come again, and values that do not. As many bytes.
inline std::string json(std::size_t size, std::minstd_rand& random)
{
    std::string text = "[";
    while (text.size() < size)
        text += fmt::format(R"({{"symbol":"S{}","price":{}.{:02},"volume":{},"venue":"XETRA"}},)",
                            random() % 500, random() % 1'000, random() % 100, random() % 100'000);
    text.resize(size);
    return text;
}

} // namespace tidings::benchmark
