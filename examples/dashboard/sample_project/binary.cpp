// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <algorithm>
#include <bitset>

namespace toolbox {

std::string binary(unsigned number)
{
    std::string const digits = std::bitset<32>(number).to_string();
    return digits.substr(std::min(digits.find('1'), digits.size() - 1));
}

} // namespace toolbox
