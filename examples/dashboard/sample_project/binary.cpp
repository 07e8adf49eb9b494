// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <bitset>
#include <regex>

namespace toolbox {

std::string binary(unsigned number)
{
    static std::regex const leading_zeros("^0+(?=.)");
    return std::regex_replace(std::bitset<32>(number).to_string(), leading_zeros, "");
}

} // namespace toolbox
