// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <numeric>

namespace toolbox {

std::uint32_t crc32(std::string const& bytes)
{
    auto step = [](std::uint32_t sum, unsigned char byte) {
        sum ^= byte;
        for (int bit = 0; bit < 8; ++bit)
            sum = sum >> 1 ^ (sum & 1 ? 0xEDB88320u : 0u);
        return sum;
    };
    return ~std::accumulate(bytes.begin(), bytes.end(), ~std::uint32_t{0}, step);
}

} // namespace toolbox
