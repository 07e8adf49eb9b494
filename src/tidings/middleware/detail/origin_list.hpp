// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// The origins that an application trusts, each spelled as browsers send it: "https://app.example:8443".
class origin_list
{
public:
    /// Throws `std::invalid_argument` for what no browser sends: another spelling would never match, and
    /// nobody would know why.
    explicit origin_list(std::vector<std::string> origins);

    bool contains(std::string_view origin) const noexcept;

private:
    std::vector<std::string> origins_;
};

} // namespace tidings::detail
